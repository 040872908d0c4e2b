package main

import (
	"fmt"
	"math/rand"
)

// estateFile is what an estate comes as: one vCenter of a bundle and the directories it trusts.
type estateFile struct {
	Entities    []*entity           `json:"entities"`
	Roles       []*role             `json:"roles"`
	Permissions []*permission       `json:"permissions"`
	Accounts    []party             `json:"accounts"`
	Groups      []party             `json:"groups"`
	Members     [][2]string         `json:"members"`
	Hosts       map[string]*hostSet `json:"hosts"`
}

// entity has the columns of a bundle's row; On is what a machine is placed on.
type entity struct {
	Id     string   `json:"id"`
	Type   string   `json:"type"`
	Name   string   `json:"name"`
	Parent string   `json:"parent"`
	Second string   `json:"second_parent"`
	AclOf  string   `json:"acl_of"`
	On     []string `json:"on"`
}

type role struct {
	Id         int32    `json:"id"`
	Name       string   `json:"name"`
	System     bool     `json:"system"`
	Privileges []string `json:"privileges"`
}

// permission without an entity is a global one.
type permission struct {
	Entity    string `json:"entity"`
	Principal string `json:"principal"`
	Group     bool   `json:"group"`
	Role      int32  `json:"role"`
	Propagate bool   `json:"propagate"`
}

// party is an account or a group with every name that a permission may call it.
type party struct {
	Key   string   `json:"key"`
	Names []string `json:"names"`
}

const (
	administrator = -1
	viewRole      = -3
	anonymousRole = -4
)

// estate is an inventory with its permissions, indexed; the order of the file is kept.
type estate struct {
	order       []*entity
	entities    map[string]*entity
	children    map[string][]*entity
	placed      map[string][]*entity
	folders     map[string][4]string
	root        *entity
	roles       []*role
	permissions map[string][]*permission
	directory   directory
	hosts       map[string]*hostSet
	hidden      set // for everybody
	version     int // counts changes of anything that decides what somebody may
}

func newEstate(file estateFile) (*estate, error) {
	made := &estate{
		order: file.Entities, entities: map[string]*entity{}, roles: file.Roles,
		permissions: map[string][]*permission{}, hidden: set{}, hosts: file.Hosts,
		directory: newDirectory(file.Accounts, file.Groups, file.Members),
	}
	if made.hosts == nil {
		made.hosts = map[string]*hostSet{}
	}
	for _, one := range file.Entities {
		if made.entities[one.Id] != nil {
			return nil, fmt.Errorf("the entity %s comes twice", one.Id)
		}
		made.entities[one.Id] = one
		if one.Type == "Folder" && one.Parent == "" && made.root == nil {
			made.root = one
		}
	}
	if made.root == nil {
		made.root = &entity{Id: "group-d1", Type: "Folder", Name: "Datacenters"}
		made.order = append([]*entity{made.root}, made.order...)
		made.entities[made.root.Id] = made.root
	}
	made.link()
	made.settle()
	for _, one := range file.Permissions {
		if one.Entity != "" && made.entities[one.Entity] == nil {
			return nil, fmt.Errorf("there is no entity %s to permit something on", one.Entity)
		}
		// On the owner of the list, but told as it came: vCenters may name either.
		owner := made.owner(one.Entity)
		made.permissions[owner] = append(made.permissions[owner], one)
	}
	return made, nil
}

// link finds the children anew: by the first parent, as trees of vCenter are shown, and for
// machines and vApps by the second as well.
func (e *estate) link() {
	e.children, e.placed = map[string][]*entity{}, map[string][]*entity{}
	e.folders = map[string][4]string{}
	for _, one := range e.order {
		for _, above := range []string{one.Parent, one.Second} {
			if above != "" {
				e.children[above] = append(e.children[above], one)
			}
		}
		for _, on := range one.On {
			e.placed[on] = append(e.placed[on], one)
		}
	}
	e.version++
}

func (e *estate) kind(id string) string {
	if one := e.entities[id]; one != nil {
		return one.Type
	}
	return ""
}

// owner is the entity whose permission list this one has.
func (e *estate) owner(id string) string {
	if one := e.entities[id]; one != nil && one.AclOf != "" {
		return one.AclOf
	}
	return id
}

// below tells whether an entity is another one or under it, by whichever parent.
func (e *estate) below(id, top string) bool {
	if id == "" {
		return false
	}
	if id == top {
		return true
	}
	one := e.entities[id]
	return one != nil && (e.below(one.Parent, top) || e.below(one.Second, top))
}

func (e *estate) role(id int32) *role {
	for _, one := range e.roles {
		if one.Id == id {
			return one
		}
	}
	return nil
}

func (e *estate) roleNamed(name string) *role {
	for _, one := range e.roles {
		if fold(one.Name) == fold(name) {
			return one
		}
	}
	return nil
}

// newRoleId is random as vCenter's, and negative as often as not.
func (e *estate) newRoleId() int32 {
	for {
		id := int32(rand.Uint32())
		if (id > 1000 || id < -1000) && e.role(id) == nil {
			return id
		}
	}
}

// find returns the permission with that key on an entity that has a list of its own.
func (e *estate) find(id, principal string, group bool) *permission {
	for _, one := range e.permissions[id] {
		if one.Group == group && fold(one.Principal) == fold(principal) {
			return one
		}
	}
	return nil
}

func (e *estate) remove(gone *permission) {
	kept, owner := []*permission{}, e.owner(gone.Entity)
	for _, one := range e.permissions[owner] {
		if one != gone {
			kept = append(kept, one)
		}
	}
	e.permissions[owner] = kept
	e.version++
}

// listed is what SOAP shows on an entity: its own permissions, and on the root folder those global
// ones that propagate, unless the root has one of its own for the same principal.
func (e *estate) listed(id string, mirrors bool) []*permission {
	shown := append([]*permission{}, e.permissions[id]...)
	if mirrors && id == e.root.Id {
		for _, one := range e.permissions[""] {
			if one.Propagate && e.find(id, one.Principal, one.Group) == nil {
				mirrored := *one
				mirrored.Entity = id
				shown = append(shown, &mirrored)
			}
		}
	}
	return shown
}
