package main

import (
	"github.com/vmware/govmomi/vim25/types"
)

func init() {
	serve(map[string]interface{}{
		"SetEntityPermissions":   setEntityPermissions,
		"ResetEntityPermissions": resetEntityPermissions,
		"RemoveEntityPermission": removeEntityPermission,
		"MergePermissions":       mergePermissions,
	})
}

const modifyPermissions = "Authorization.ModifyPermissions"

// setEntityPermissions adds or replaces, one after the other, and stops where one is refused.
func setEntityPermissions(c *call, request *types.SetEntityPermissions) (*types.SetEntityPermissionsResponse, fault) {
	failed := c.changeable(request.Entity)
	for _, one := range request.Permission {
		if failed == nil {
			failed = c.set(request.Entity.Value, one)
		}
	}
	return &types.SetEntityPermissionsResponse{}, failed
}

// resetEntityPermissions sets what is given first and removes everything else after.
func resetEntityPermissions(c *call, request *types.ResetEntityPermissions) (*types.ResetEntityPermissionsResponse, fault) {
	id := request.Entity.Value
	failed := c.changeable(request.Entity)
	kept := map[*permission]bool{}
	for _, one := range request.Permission {
		if failed == nil {
			failed = c.set(id, one)
		}
		kept[c.estate.find(id, one.Principal, one.Group)] = true
	}
	for _, one := range append([]*permission{}, c.estate.permissions[id]...) {
		if failed == nil && !kept[one] {
			failed = c.take(one)
		}
	}
	return &types.ResetEntityPermissionsResponse{}, failed
}

func removeEntityPermission(c *call, request *types.RemoveEntityPermission) (*types.RemoveEntityPermissionResponse, fault) {
	failed := c.changeable(request.Entity)
	if failed == nil {
		// What only mirrors a global permission is not there to be removed.
		known := c.estate.find(request.Entity.Value, request.User, request.IsGroup)
		if known == nil {
			return nil, &types.NotFound{}
		}
		failed = c.take(known)
	}
	return &types.RemoveEntityPermissionResponse{}, failed
}

// mergePermissions gives everybody who has one role the other one instead.
func mergePermissions(c *call, request *types.MergePermissions) (*types.MergePermissionsResponse, fault) {
	if failed := c.need(c.estate.root.Id, "Authorization.ReassignRolePermissions"); failed != nil {
		return nil, failed
	}
	from, into := c.estate.role(request.SrcRoleId), c.estate.role(request.DstRoleId)
	switch {
	case from == nil || into == nil:
		return nil, &types.NotFound{}
	case !grantable(into.Id):
		return nil, &types.InvalidArgument{InvalidProperty: "dstRoleId"}
	case from.Id == administrator && into.Id != administrator && len(c.administrators()) > 0:
		return nil, &types.AuthMinimumAdminPermission{}
	}
	for _, some := range c.estate.permissions {
		for _, one := range some {
			if one.Role == from.Id {
				c.replace(one, into.Id, one.Propagate)
			}
		}
	}
	return &types.MergePermissionsResponse{}, nil
}

// changeable is the fault for an entity whose permissions the session may not change, or on which
// none can be.
func (c *call) changeable(entity types.ManagedObjectReference) fault {
	if !c.sees(entity.Value) {
		return &types.ManagedObjectNotFound{Obj: entity}
	}
	if failed := c.need(entity.Value, modifyPermissions); failed != nil {
		return failed
	}
	if c.estate.owner(entity.Value) != entity.Value {
		return &types.InvalidArgument{InvalidProperty: "entity"}
	}
	return nil
}

func (c *call) set(id string, one types.Permission) fault {
	given := c.estate.role(one.RoleId)
	old := c.estate.find(id, one.Principal, one.Group)
	switch {
	case given == nil:
		return &types.NotFound{}
	case !grantable(given.Id):
		return &types.InvalidArgument{InvalidProperty: "roleId"}
	case !c.estate.directory.knows(one.Principal, one.Group):
		return &types.UserNotFound{Principal: one.Principal}
	case id != c.estate.root.Id && c.administers(one.Principal, one.Group),
		old != nil && one.RoleId != administrator && c.isLastAdministrator(old):
		return &types.AuthMinimumAdminPermission{}
	}
	if failed := c.holds(id, given); failed != nil {
		return failed
	}
	if old != nil {
		if failed := c.holds(id, c.estate.role(old.Role)); failed != nil {
			return failed
		}
		c.replace(old, one.RoleId, one.Propagate)
		return nil
	}
	made := &permission{
		Entity: id, Principal: one.Principal, Group: one.Group, Role: one.RoleId,
		Propagate: one.Propagate,
	}
	c.estate.permissions[id] = append(c.estate.permissions[id], made)
	c.estate.version++
	c.lab.history.permissionAdded(c.lab, c.user(), made)
	return nil
}

// take removes an entry for good.
func (c *call) take(one *permission) fault {
	if c.isLastAdministrator(one) {
		return &types.AuthMinimumAdminPermission{}
	}
	if failed := c.holds(one.Entity, c.estate.role(one.Role)); failed != nil {
		return failed
	}
	c.estate.remove(one)
	c.lab.history.permissionRemoved(c.lab, c.user(), one)
	return nil
}

func (c *call) replace(one *permission, role int32, propagate bool) {
	before := *one
	one.Role, one.Propagate = role, propagate
	c.estate.version++
	c.lab.history.permissionUpdated(c.lab, c.user(), one, &before)
}

// holds is the fault for a role that gives what the session itself has not on an entity.
func (c *call) holds(id string, given *role) fault {
	if given == nil {
		return nil
	}
	for _, privilege := range given.Privileges {
		if failed := c.need(id, privilege); failed != nil {
			return failed
		}
	}
	return nil
}

func (c *call) user() string {
	if c.session == nil {
		return ""
	}
	return c.session.UserName
}

func grantable(role int32) bool { return role != viewRole && role != anonymousRole }

// administrators are the entries that make somebody an administrator of the root folder.
func (c *call) administrators() []*permission {
	found := []*permission{}
	for _, one := range c.estate.permissions[c.estate.root.Id] {
		if one.Role == administrator {
			found = append(found, one)
		}
	}
	return found
}

func (c *call) administers(principal string, group bool) bool {
	known := c.estate.find(c.estate.root.Id, principal, group)
	return known != nil && known.Role == administrator
}

func (c *call) isLastAdministrator(one *permission) bool {
	found := c.administrators()
	return len(found) == 1 && found[0] == one
}
