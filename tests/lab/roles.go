package main

import (
	"github.com/vmware/govmomi/vim25/types"
)

func init() {
	serve(map[string]interface{}{
		"AddAuthorizationRole":    addAuthorizationRole,
		"UpdateAuthorizationRole": updateAuthorizationRole,
		"RemoveAuthorizationRole": removeAuthorizationRole,
	})
}

const modifyRoles = "Authorization.ModifyRoles"

func addAuthorizationRole(c *call, request *types.AddAuthorizationRole) (*types.AddAuthorizationRoleResponse, fault) {
	if failed := c.need(c.estate.root.Id, modifyRoles); failed != nil {
		return nil, failed
	}
	if failed := c.nameable(request.Name, nil); failed != nil {
		return nil, failed
	}
	given, failed := chosen(request.PrivIds)
	if failed != nil {
		return nil, failed
	}
	made := &role{Id: c.estate.newRoleId(), Name: request.Name, Privileges: given}
	c.estate.roles = append(c.estate.roles, made)
	c.lab.history.roleAdded(c.lab, c.user(), made)
	return &types.AddAuthorizationRoleResponse{Returnval: made.Id}, nil
}

func updateAuthorizationRole(c *call, request *types.UpdateAuthorizationRole) (*types.UpdateAuthorizationRoleResponse, fault) {
	known, failed := c.editable(request.RoleId)
	if failed != nil {
		return nil, failed
	}
	if failed := c.nameable(request.NewName, known); failed != nil {
		return nil, failed
	}
	given, failed := chosen(request.PrivIds)
	if failed != nil {
		return nil, failed
	}
	before := *known
	known.Name, known.Privileges = request.NewName, given
	c.estate.version++
	c.lab.history.roleUpdated(c.lab, c.user(), known, &before)
	return &types.UpdateAuthorizationRoleResponse{}, nil
}

func removeAuthorizationRole(c *call, request *types.RemoveAuthorizationRole) (*types.RemoveAuthorizationRoleResponse, fault) {
	known, failed := c.editable(request.RoleId)
	if failed != nil {
		return nil, failed
	}
	if request.FailIfUsed && c.estate.uses(known.Id) {
		return nil, &types.RemoveFailed{}
	}
	c.lab.dropRole(c.user(), known)
	return &types.RemoveAuthorizationRoleResponse{}, nil
}

// editable is the role of that id, if it is one that can be changed by the session.
func (c *call) editable(id int32) (*role, fault) {
	known := c.estate.role(id)
	if failed := c.need(c.estate.root.Id, modifyRoles); failed != nil {
		return nil, failed
	}
	switch {
	case known == nil:
		return nil, &types.NotFound{}
	case known.System:
		return nil, &types.InvalidArgument{InvalidProperty: "roleId"}
	}
	return known, nil
}

func (c *call) nameable(name string, own *role) fault {
	if name == "" {
		return &types.InvalidName{Name: name}
	}
	if other := c.estate.roleNamed(name); other != nil && other != own {
		return &types.AlreadyExists{Name: name}
	}
	return nil
}

// chosen are the privileges of a role that somebody made: what he chose, and what all have.
func chosen(ids []string) ([]string, fault) {
	given := set{}
	for _, id := range append(append([]string{}, ids...), always...) {
		if !knownPrivilege(id) {
			return nil, &types.InvalidArgument{InvalidProperty: "privIds"}
		}
		given[id] = true
	}
	return sorted(given), nil
}

func (e *estate) uses(role int32) bool {
	for _, some := range e.permissions {
		for _, one := range some {
			if one.Role == role {
				return true
			}
		}
	}
	return false
}

// dropRole removes a role with every permission that gives it.
func (l *lab) dropRole(user string, gone *role) {
	for _, some := range l.estate.permissions {
		for _, one := range append([]*permission{}, some...) {
			if one.Role == gone.Id {
				l.estate.remove(one)
				l.history.permissionRemoved(l, user, one)
			}
		}
	}
	kept := []*role{}
	for _, one := range l.estate.roles {
		if one != gone {
			kept = append(kept, one)
		}
	}
	l.estate.roles = kept
	l.estate.version++
	l.history.roleRemoved(l, user, gone)
}
