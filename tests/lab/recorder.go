package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// recorder keeps which privileges were asked for by whom, each distinct check once, as long as
// there is room for it.
type recorder struct {
	checks     []check
	lost       int // checks that there was no more room for
	known      map[check]bool
	generation int
}

type check struct {
	object    types.ManagedObjectReference
	principal string
	privilege string
}

func (r *recorder) record(c *call, id, privilege string) {
	one := check{c.reference(id), c.session.UserName, privilege}
	if r.known[one] {
		return
	}
	if r.known == nil {
		r.known = map[check]bool{}
	}
	r.known[one] = true
	r.checks = append(r.checks, one)
	if over := len(r.checks) - c.lab.options.RecorderSize; over > 0 {
		for _, gone := range r.checks[:over] {
			delete(r.known, gone)
		}
		r.checks = append([]check{}, r.checks[over:]...)
		r.lost += over
	}
}

func (r *recorder) marker(number int) string { return fmt.Sprintf("%d-%d", r.generation, number) }

// checkFilter wants what fits any of its parts, or everything if it has none.
type checkFilter struct {
	Privileges []string `json:"privileges"`
	Principals []named  `json:"principals"`
	Objects    []object `json:"objects"`
}

func (f checkFilter) wants(one check) bool {
	if len(f.Privileges)+len(f.Principals)+len(f.Objects) == 0 || among(f.Privileges, one.privilege) ||
		among(f.Objects, object{one.object.Type, one.object.Value}) {
		return true
	}
	for _, who := range f.Principals {
		if fold(who.Domain+`\`+who.Name) == fold(one.principal) {
			return true
		}
	}
	return false
}

// privilegeChecks answers what was recorded after a marker, and the marker to go on with.
func (c *call) privilegeChecks(body []byte) (int, interface{}) {
	var asked struct {
		Filter  checkFilter `json:"filter"`
		Iterate struct {
			Marker string `json:"marker"`
		} `json:"iterate"`
	}
	if len(body) > 0 && json.Unmarshal(body, &asked) != nil {
		return refuse(http.StatusBadRequest, "INVALID_ARGUMENT")
	}
	r := &c.lab.recorder
	number, generation := r.lost, r.generation
	if asked.Iterate.Marker != "" {
		_, err := fmt.Sscanf(asked.Iterate.Marker, "%d-%d", &generation, &number)
		if err != nil || generation != r.generation || number > r.lost+len(r.checks) {
			return refuse(http.StatusBadRequest, "INVALID_ARGUMENT")
		}
	}
	isTruncated := number < r.lost
	if isTruncated {
		number = r.lost
	}
	items := []interface{}{}
	for ; number < r.lost+len(r.checks) && len(items) < c.lab.options.RecorderPage; number++ {
		one := r.checks[number-r.lost]
		if asked.Filter.wants(one) {
			items = append(items, one.json())
		}
	}
	return http.StatusOK, answer{
		"items": items, "marker": r.marker(number), "truncated": isTruncated,
	}
}

func (o check) json() answer {
	return answer{
		"object":    answer{"type": o.object.Type, "id": o.object.Value},
		"principal": answer{"name": name(o.principal), "domain": domain(o.principal)},
		"privilege": o.privilege,
	}
}

// name and domain are the halves of a principal as vCenter writes it.
func name(principal string) string {
	return principal[strings.Index(principal, `\`)+1:]
}

func domain(principal string) string {
	if at := strings.Index(principal, `\`); at >= 0 {
		return principal[:at]
	}
	return ""
}
