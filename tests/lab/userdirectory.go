package main

import (
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func init() {
	serve(map[string]interface{}{"RetrieveUserGroups": retrieveUserGroups})
}

// userDirectory has the domains that the names of accounts and groups begin with.
func (c *call) userDirectory() *mo.UserDirectory {
	made := &mo.UserDirectory{Self: c.this}
	known := set{}
	for _, some := range [][]party{c.estate.directory.accounts, c.estate.directory.groups} {
		for _, one := range some {
			for _, name := range one.Names {
				if of := domain(name); of != "" {
					known[of] = true
				}
			}
		}
	}
	made.DomainList = sorted(known)
	return made
}

// retrieveUserGroups searches accounts and groups, for whom may give them permissions somewhere.
func retrieveUserGroups(c *call, request *types.RetrieveUserGroups) (*types.RetrieveUserGroupsResponse, fault) {
	if !c.somewhere(modifyPermissions) {
		return nil, &types.NoPermission{Object: c.this, PrivilegeId: modifyPermissions}
	}
	answer := &types.RetrieveUserGroupsResponse{}
	add := func(some []party, isGroup bool) {
		for _, one := range some {
			if name := one.named(request.Domain); name != "" && fits(name, request) {
				answer.Returnval = append(answer.Returnval, &types.UserSearchResult{
					Principal: name, Group: isGroup,
				})
			}
		}
	}
	if request.FindUsers {
		add(c.estate.directory.accounts, false)
	}
	if request.FindGroups {
		add(c.estate.directory.groups, true)
	}
	return answer, nil
}

// named is the name of an account or a group in a domain; without one, in none.
func (p party) named(wanted string) string {
	for _, one := range p.Names {
		if fold(domain(one)) == fold(wanted) && !strings.Contains(one, "@") {
			return one
		}
	}
	return ""
}

func fits(principal string, request *types.RetrieveUserGroups) bool {
	own, sought := fold(name(principal)), fold(request.SearchStr)
	if request.ExactMatch {
		return own == sought
	}
	return strings.Contains(own, sought)
}
