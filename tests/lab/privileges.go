package main

import (
	_ "embed"
	"strings"
)

// privilege is one of those that a vCenter knows.
type privilege struct {
	Id, Name, Group string
	OnParent        bool
}

//go:embed privileges.txt
var privilegeIds string

// privileges are all that there are, in the order of the file, one identifier a line.
var privileges = readPrivileges()

// System.Anonymous, View and Read belong to every role that somebody makes.
var always = []string{"System.Anonymous", "System.Read", "System.View"}

func readPrivileges() []privilege {
	found := []privilege{}
	for _, id := range strings.Fields(privilegeIds) {
		dot := strings.LastIndex(id, ".")
		found = append(found, privilege{
			Id: id, Name: id[dot+1:], Group: id[:dot],
			OnParent: strings.HasSuffix(id, ".Create") || strings.HasSuffix(id, ".Delete"),
		})
	}
	return found
}

func knownPrivilege(id string) bool {
	for _, one := range privileges {
		if one.Id == id {
			return true
		}
	}
	return false
}
