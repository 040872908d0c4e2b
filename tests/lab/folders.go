package main

import "strings"

// folderKinds are the four folders of a datacenter, with what tells one: what lies in it, or a
// word or the letter that vCenter puts into the id.
var folderKinds = []struct {
	types []string
	words []string
}{
	{[]string{"VirtualMachine", "VirtualApp"}, []string{"vm", "group-v"}},
	{[]string{"ComputeResource"}, []string{"host", "group-h"}},
	{[]string{"Datastore", "StoragePod"}, []string{"datastore", "storage", "group-s"}},
	{[]string{"Network", "DistributedVirtualSwitch"}, []string{"network", "group-n"}},
}

// foldersOf says which child of a datacenter is its folder for machines, hosts, datastores and
// networks; a bundle does not tell, as its permissions are the same.
func (e *estate) foldersOf(datacenter string) [4]string {
	if known, done := e.folders[datacenter]; done {
		return known
	}
	var found [4]string
	left := []string{}
	for _, child := range e.children[datacenter] {
		if child.Type != "Folder" {
			continue
		}
		if kind := e.folderKind(child); kind >= 0 && found[kind] == "" {
			found[kind] = child.Id
		} else {
			left = append(left, child.Id)
		}
	}
	for kind := range found {
		if found[kind] == "" && len(left) > 0 {
			found[kind], left = left[0], left[1:]
		}
	}
	e.folders[datacenter] = found
	return found
}

func (e *estate) folderKind(folder *entity) int {
	for kind, one := range folderKinds {
		if e.holds(folder.Id, one.types) {
			return kind
		}
	}
	for kind, one := range folderKinds {
		for _, word := range one.words {
			if strings.Contains(fold(folder.Name), word) || strings.HasPrefix(folder.Id, word) {
				return kind
			}
		}
	}
	return -1
}

func (e *estate) holds(folder string, kinds []string) bool {
	for _, child := range e.children[folder] {
		if child.Parent != folder {
			continue
		}
		if isAny(child.Type, kinds) || child.Type == "Folder" && e.holds(child.Id, kinds) {
			return true
		}
	}
	return false
}
