package main

import (
	"sort"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func init() {
	serve(map[string]interface{}{
		"RetrieveAllPermissions":       retrieveAllPermissions,
		"RetrieveEntityPermissions":    retrieveEntityPermissions,
		"RetrieveRolePermissions":      retrieveRolePermissions,
		"HasPrivilegeOnEntity":         hasPrivilegeOnEntity,
		"HasPrivilegeOnEntities":       hasPrivilegeOnEntities,
		"HasUserPrivilegeOnEntities":   hasUserPrivilegeOnEntities,
		"FetchUserPrivilegeOnEntities": fetchUserPrivilegeOnEntities,
	})
}

func (c *call) authorizationManager() *mo.AuthorizationManager {
	made := &mo.AuthorizationManager{Self: ref("AuthorizationManager", "AuthorizationManager")}
	for _, one := range c.estate.roles {
		made.RoleList = append(made.RoleList, types.AuthorizationRole{
			RoleId: one.Id, System: one.System, Name: one.Name, Privilege: one.Privileges,
			Info: &types.Description{Label: one.Name, Summary: one.Name},
		})
	}
	for _, one := range privileges {
		made.PrivilegeList = append(made.PrivilegeList, types.AuthorizationPrivilege{
			PrivId: one.Id, OnParent: one.OnParent, Name: one.Name, PrivGroupName: one.Group,
		})
		made.Description.Privilege = append(made.Description.Privilege, &types.ElementDescription{
			Description: types.Description{Label: one.Name, Summary: one.Name}, Key: one.Id,
		})
	}
	return made
}

// permissions are entries as SOAP has them, each with the entity it is on.
func (c *call) permissions(some []*permission) []types.Permission {
	made := []types.Permission{}
	for _, one := range some {
		made = append(made, types.Permission{
			Entity: pointer(c.estate.kind(one.Entity), one.Entity), Principal: one.Principal,
			Group: one.Group, RoleId: one.Role, Propagate: one.Propagate,
		})
	}
	return made
}

// all are the permissions on every entity that the session sees, mirrored ones included.
func (c *call) all() []*permission {
	found := []*permission{}
	for _, one := range c.estate.order {
		if c.sees(one.Id) {
			found = append(found, c.estate.listed(one.Id, !c.lab.options.HideMirrored)...)
		}
	}
	return found
}

func retrieveAllPermissions(c *call, _ *types.RetrieveAllPermissions) (*types.RetrieveAllPermissionsResponse, fault) {
	return &types.RetrieveAllPermissionsResponse{Returnval: c.permissions(c.all())}, nil
}

func retrieveRolePermissions(c *call, request *types.RetrieveRolePermissions) (*types.RetrieveRolePermissionsResponse, fault) {
	if c.estate.role(request.RoleId) == nil {
		return nil, &types.NotFound{}
	}
	found := []*permission{}
	for _, one := range c.all() {
		if one.Role == request.RoleId {
			found = append(found, one)
		}
	}
	return &types.RetrieveRolePermissionsResponse{Returnval: c.permissions(found)}, nil
}

func retrieveEntityPermissions(c *call, request *types.RetrieveEntityPermissions) (*types.RetrieveEntityPermissionsResponse, fault) {
	if failed := c.need(request.Entity.Value, "System.Read"); failed != nil {
		return nil, failed
	}
	owner := c.estate.owner(request.Entity.Value)
	found := c.estate.listed(owner, !c.lab.options.HideMirrored)
	if request.Inherited {
		found = append(found, c.inherited(owner)...)
	}
	return &types.RetrieveEntityPermissionsResponse{Returnval: c.permissions(found)}, nil
}

// inherited are those that propagate from every entity above, by each way, once each.
func (c *call) inherited(id string) []*permission {
	found, seen := []*permission{}, set{id: true}
	var climb func(string)
	climb = func(id string) {
		one := c.estate.entities[id]
		for _, parent := range []string{one.Parent, one.Second} {
			owner := c.estate.owner(parent)
			if parent == "" || seen[owner] {
				continue
			}
			seen[owner] = true
			for _, entry := range c.estate.listed(owner, !c.lab.options.HideMirrored) {
				if entry.Propagate {
					found = append(found, entry)
				}
			}
			climb(owner)
		}
	}
	climb(id)
	return found
}

// granted says of each privilege whether a session holds it on an entity.
func (c *call) granted(key, id string, asked []string) ([]bool, fault) {
	of := c.lab.sessions[key]
	if of == nil {
		return nil, &types.NotAuthenticated{NoPermission: types.NoPermission{
			Object: c.reference(id), PrivilegeId: "System.View"}}
	}
	answers := []bool{}
	for _, privilege := range asked {
		answers = append(answers, of.may(c.estate, id, privilege))
	}
	return answers, nil
}

// asked is the fault for an entity that the session may not ask about, if it may not.
func (c *call) asked(entity types.ManagedObjectReference, privilege string) fault {
	if c.estate.entities[entity.Value] == nil || c.estate.hidden[entity.Value] {
		return &types.ManagedObjectNotFound{Obj: entity}
	}
	return c.need(entity.Value, privilege)
}

// hasPrivilege is the answer of the API; govmomi's own type would leave out whatever is false.
type hasPrivilege struct {
	Returnval []bool `xml:"returnval"`
}

func hasPrivilegeOnEntity(c *call, request *types.HasPrivilegeOnEntity) (*hasPrivilege, fault) {
	if failed := c.asked(request.Entity, "System.Read"); failed != nil {
		return nil, failed
	}
	answers, failed := c.granted(request.SessionId, request.Entity.Value, request.PrivId)
	return &hasPrivilege{Returnval: answers}, failed
}

func hasPrivilegeOnEntities(c *call, request *types.HasPrivilegeOnEntities) (*types.HasPrivilegeOnEntitiesResponse, fault) {
	answer := &types.HasPrivilegeOnEntitiesResponse{}
	for _, entity := range request.Entity {
		if failed := c.asked(entity, "System.Read"); failed != nil {
			return nil, failed
		}
		answers, failed := c.granted(request.SessionId, entity.Value, request.PrivId)
		if failed != nil {
			return nil, failed
		}
		answer.Returnval = append(
			answer.Returnval, availability(entity, request.PrivId, answers))
	}
	return answer, nil
}

func availability(entity types.ManagedObjectReference, asked []string, answers []bool) types.EntityPrivilege {
	made := types.EntityPrivilege{Entity: entity}
	for number, privilege := range asked {
		made.PrivAvailability = append(made.PrivAvailability, types.PrivilegeAvailability{
			PrivId: privilege, IsGranted: answers[number],
		})
	}
	return made
}

func hasUserPrivilegeOnEntities(c *call, request *types.HasUserPrivilegeOnEntities) (*types.HasUserPrivilegeOnEntitiesResponse, fault) {
	answer := &types.HasUserPrivilegeOnEntitiesResponse{}
	for _, entity := range request.Entities {
		if failed := c.asked(entity, "System.View"); failed != nil {
			return nil, failed
		}
		held := c.held(request.UserName, entity.Value)
		answers := []bool{}
		for _, privilege := range request.PrivId {
			answers = append(answers, held[privilege])
		}
		answer.Returnval = append(
			answer.Returnval, availability(entity, request.PrivId, answers))
	}
	return answer, nil
}

func fetchUserPrivilegeOnEntities(c *call, request *types.FetchUserPrivilegeOnEntities) (*types.FetchUserPrivilegeOnEntitiesResponse, fault) {
	answer := &types.FetchUserPrivilegeOnEntitiesResponse{}
	for _, entity := range request.Entities {
		if failed := c.asked(entity, "System.View"); failed != nil {
			return nil, failed
		}
		answer.Returnval = append(answer.Returnval, types.UserPrivilegeResult{
			Entity: entity, Privileges: sorted(c.held(request.UserName, entity.Value)),
		})
	}
	return answer, nil
}

// held is what the lab says that a user may do, which is the truth unless it was told to lie.
func (c *call) held(user, id string) set {
	return c.lab.mischief.lie(user, id, c.estate.privileges(c.estate.directory.subject(user), id))
}

func sorted(some set) []string {
	found := []string{}
	for one, is := range some {
		if is {
			found = append(found, one)
		}
	}
	sort.Strings(found)
	return found
}

// effectiveRoles are the roles by which the session may do what it may on an entity.
func (c *call) effectiveRoles(id string) []int32 {
	if c.session.everything {
		return []int32{administrator}
	}
	found, seen := []int32{}, map[int32]bool{}
	for _, one := range c.estate.deciding(c.session.who, id) {
		if !seen[one.Role] {
			seen[one.Role] = true
			found = append(found, one.Role)
		}
	}
	return found
}
