package main

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"
)

// history are all events, the oldest first; keys go on when some are forgotten.
type history struct {
	events []types.BaseEvent
	last   int32
}

// add completes an event and keeps it.
func (h *history) add(l *lab, user, message string, event types.BaseEvent) {
	h.last++
	common := event.GetEvent()
	common.Key, common.ChainId = h.last, h.last
	if common.CreatedTime.IsZero() {
		common.CreatedTime = l.now()
	}
	common.UserName, common.FullFormattedMessage = user, message
	h.events = append(h.events, event)
}

func (h *history) badLogin(l *lab, user, address string) {
	h.add(l, user, fmt.Sprintf("Cannot login %s@%s", user, address),
		&types.BadUsernameSessionEvent{IpAddress: address})
}

func (h *history) noAccess(l *lab, s *session) {
	h.add(l, s.UserName, "Cannot login user "+s.UserName+": no permission",
		&types.NoAccessUserEvent{IpAddress: s.IpAddress})
}

func (h *history) loggedIn(l *lab, s *session) {
	h.add(l, s.UserName, fmt.Sprintf("User %s@%s logged in as %s", s.UserName, s.IpAddress, s.UserAgent),
		&types.UserLoginSessionEvent{
			SessionEvent: types.SessionEvent{Event: types.Event{CreatedTime: s.LoginTime}},
			IpAddress:    s.IpAddress, UserAgent: s.UserAgent, Locale: s.Locale, SessionId: s.Key,
		})
}

func (h *history) loggedOut(l *lab, s *session) {
	began := s.LoginTime
	h.add(l, s.UserName, fmt.Sprintf("User %s@%s logged out", s.UserName, s.IpAddress),
		&types.UserLogoutSessionEvent{
			IpAddress: s.IpAddress, UserAgent: s.UserAgent, CallCount: s.CallCount,
			SessionId: s.Key, LoginTime: &began,
		})
}

func (h *history) permissionAdded(l *lab, user string, one *permission) {
	if one.Entity == "" {
		h.global(l, user, "com.vmware.cis.CreateGlobalPermission", one)
		return
	}
	h.add(l, user, "Permission created for "+l.told(one), &types.PermissionAddedEvent{
		PermissionEvent: l.about(one), Role: l.roleArgument(one.Role), Propagate: one.Propagate,
	})
}

func (h *history) permissionUpdated(l *lab, user string, one, before *permission) {
	role := l.roleArgument(before.Role)
	h.add(l, user, "Permission changed for "+l.told(one), &types.PermissionUpdatedEvent{
		PermissionEvent: l.about(one), Role: l.roleArgument(one.Role), Propagate: one.Propagate,
		PrevRole: &role, PrevPropagate: &before.Propagate,
	})
}

func (h *history) permissionRemoved(l *lab, user string, one *permission) {
	if one.Entity == "" {
		h.global(l, user, "com.vmware.cis.RemoveGlobalPermission", one)
		return
	}
	h.add(l, user, "Permission removed for "+l.told(one),
		&types.PermissionRemovedEvent{PermissionEvent: l.about(one)})
}

// global permissions are events of another service, which the vCenter only passes on.
func (h *history) global(l *lab, user, kind string, one *permission) {
	h.add(l, user, kind+" for "+one.Principal, &types.EventEx{EventTypeId: kind, Severity: "info"})
}

func (h *history) roleAdded(l *lab, user string, one *role) {
	h.add(l, user, "New role "+one.Name+" created", &types.RoleAddedEvent{
		RoleEvent: types.RoleEvent{Role: roleArgument(one)}, PrivilegeList: one.Privileges,
	})
}

func (h *history) roleUpdated(l *lab, user string, one, before *role) {
	h.add(l, user, "Role modified: "+one.Name, &types.RoleUpdatedEvent{
		RoleEvent: types.RoleEvent{Role: roleArgument(one)}, PrivilegeList: one.Privileges,
		PrevRoleName:      before.Name,
		PrivilegesAdded:   without(one.Privileges, before.Privileges),
		PrivilegesRemoved: without(before.Privileges, one.Privileges),
	})
}

func (h *history) roleRemoved(l *lab, user string, one *role) {
	h.add(l, user, "Role "+one.Name+" removed", &types.RoleRemovedEvent{
		RoleEvent: types.RoleEvent{Role: roleArgument(one)}})
}

func without(some, others []string) []string {
	left := []string{}
	for _, one := range some {
		if !among(others, one) {
			left = append(left, one)
		}
	}
	return left
}

func (l *lab) told(one *permission) string {
	return fmt.Sprintf("%s on %s", one.Principal, l.estate.entities[one.Entity].Name)
}

func (l *lab) about(one *permission) types.PermissionEvent {
	return types.PermissionEvent{
		Entity: l.argument(one.Entity), Principal: one.Principal, Group: one.Group,
	}
}

func (l *lab) argument(id string) types.ManagedEntityEventArgument {
	name := ""
	if one := l.estate.entities[id]; one != nil {
		name = one.Name
	}
	return types.ManagedEntityEventArgument{
		EntityEventArgument: types.EntityEventArgument{Name: name},
		Entity:              ref(l.estate.kind(id), id),
	}
}

func (l *lab) roleArgument(id int32) types.RoleEventArgument {
	if known := l.estate.role(id); known != nil {
		return roleArgument(known)
	}
	return types.RoleEventArgument{RoleId: id}
}

func roleArgument(one *role) types.RoleEventArgument {
	return types.RoleEventArgument{RoleId: one.Id, Name: one.Name}
}

// posted is an event as a command gives it; an unknown type is the id of an EventEx.
type posted struct {
	Type      string `json:"type"`
	User      string `json:"user"`
	Message   string `json:"message"`
	Entity    string `json:"entity"`
	Principal string `json:"principal"`
	Group     bool   `json:"group"`
	Role      int32  `json:"role"`
	Propagate bool   `json:"propagate"`
	Address   string `json:"address"`
	Agent     string `json:"agent"`
}

func (l *lab) eventOf(given posted) types.BaseEvent {
	about := &permission{
		Entity: given.Entity, Principal: given.Principal, Group: given.Group, Role: given.Role,
	}
	entry, role := l.about(about), l.roleArgument(given.Role)
	switch given.Type {
	case "PermissionAddedEvent":
		return &types.PermissionAddedEvent{PermissionEvent: entry, Role: role, Propagate: given.Propagate}
	case "PermissionUpdatedEvent":
		return &types.PermissionUpdatedEvent{PermissionEvent: entry, Role: role, Propagate: given.Propagate}
	case "PermissionRemovedEvent":
		return &types.PermissionRemovedEvent{PermissionEvent: entry}
	case "RoleAddedEvent":
		return &types.RoleAddedEvent{RoleEvent: types.RoleEvent{Role: role}}
	case "RoleRemovedEvent":
		return &types.RoleRemovedEvent{RoleEvent: types.RoleEvent{Role: role}}
	case "UserLoginSessionEvent":
		return &types.UserLoginSessionEvent{
			IpAddress: given.Address, UserAgent: given.Agent, Locale: "en", SessionId: l.key("52")}
	case "UserLogoutSessionEvent":
		return &types.UserLogoutSessionEvent{IpAddress: given.Address, UserAgent: given.Agent}
	case "GeneralUserEvent":
		return &types.GeneralUserEvent{GeneralEvent: types.GeneralEvent{Message: given.Message}}
	}
	made := &types.EventEx{EventTypeId: given.Type, Severity: "info", Message: given.Message}
	if given.Entity != "" {
		made.ObjectId, made.ObjectType = given.Entity, l.estate.kind(given.Entity)
		if made.ObjectType == "HostSystem" {
			made.Host = &types.HostEventArgument{
				EntityEventArgument: types.EntityEventArgument{Name: l.argument(given.Entity).Name},
				Host:                ref("HostSystem", given.Entity),
			}
		}
	}
	return made
}
