package main

// Which permissions decide, after the documentation of vSphere: written apart from the program
// that is tested with it, so that neither repeats the other's mistakes.

// directory knows who is in which group, by every name.
type directory struct {
	accounts []party
	groups   []party
	users    map[string][]int // name to accounts
	named    map[string][]int // name to groups
	above    map[string][]int // key of an account or group to the groups it is directly in
}

// subject is an account under all its names, with all groups it is in, however deep.
type subject struct {
	users  map[string]bool
	groups map[string]bool
}

type set map[string]bool

func newDirectory(accounts, groups []party, members [][2]string) directory {
	made := directory{
		accounts: accounts, groups: groups,
		users: byName(accounts), named: byName(groups), above: map[string][]int{},
	}
	index := map[string]int{}
	for number, one := range groups {
		index[one.Key] = number
	}
	for _, pair := range members {
		if group, known := index[pair[0]]; known {
			made.above[pair[1]] = append(made.above[pair[1]], group)
		}
	}
	return made
}

func byName(parties []party) map[string][]int {
	names := map[string][]int{}
	for number, one := range parties {
		for _, name := range one.Names {
			names[fold(name)] = append(names[fold(name)], number)
		}
	}
	return names
}

func (d *directory) empty() bool { return len(d.accounts) == 0 && len(d.groups) == 0 }

// knows tells whether a principal of that kind exists; where there is no directory, all do.
func (d *directory) knows(principal string, group bool) bool {
	names := d.users
	if group {
		names = d.named
	}
	return d.empty() || len(names[fold(principal)]) > 0
}

// subject resolves a name; without a directory somebody is just the name that he is given.
func (d *directory) subject(name string) subject {
	who := subject{users: map[string]bool{}, groups: map[string]bool{}}
	if d.empty() {
		who.users[fold(name)] = true
		who.users[fold(domainName(name))] = true
		return who
	}
	found := d.users[fold(name)]
	if len(found) == 0 {
		found = d.users[fold(domainName(name))]
	}
	seen := map[int]bool{}
	for _, number := range found {
		for _, known := range d.accounts[number].Names {
			who.users[fold(known)] = true
		}
		d.climb(d.accounts[number].Key, seen)
	}
	for number := range seen {
		for _, known := range d.groups[number].Names {
			who.groups[fold(known)] = true
		}
	}
	return who
}

func (d *directory) climb(key string, seen map[int]bool) {
	for _, group := range d.above[key] {
		if !seen[group] {
			seen[group] = true
			d.climb(d.groups[group].Key, seen)
		}
	}
}

// privileges is what somebody may do on an entity, over all ways up from it.
func (e *estate) privileges(who subject, id string) set {
	result := set{}
	for _, one := range e.deciding(who, id) {
		if given := e.role(one.Role); given != nil {
			for _, privilege := range given.Privileges {
				result[privilege] = true
			}
		}
	}
	return result
}

// deciding are the permissions by which somebody may do what he may on an entity.
func (e *estate) deciding(who subject, id string) []*permission {
	return e.ascend(who, e.owner(id), true)
}

// ascend decides at one node of a way, or goes on to what is above it.
func (e *estate) ascend(who subject, node string, first bool) []*permission {
	found := e.applying(who, node, first)
	if len(found) > 0 || node == "" {
		return found
	}
	one := e.entities[node]
	above := []string{}
	for _, parent := range []string{one.Parent, one.Second} {
		if parent != "" {
			above = append(above, e.owner(parent))
		}
	}
	if len(above) == 0 {
		above = []string{""}
	}
	for _, parent := range above {
		found = append(found, e.ascend(who, parent, first && parent == node)...)
	}
	return found
}

// applying is what counts at a node: entries that name the account replace those of its groups.
func (e *estate) applying(who subject, node string, first bool) []*permission {
	own, of := []*permission{}, []*permission{}
	for _, one := range e.permissions[node] {
		switch {
		case !first && !one.Propagate:
		case !one.Group && who.users[fold(one.Principal)]:
			own = append(own, one)
		case one.Group && who.groups[fold(one.Principal)]:
			of = append(of, one)
		}
	}
	if len(own) > 0 {
		return own
	}
	return of
}
