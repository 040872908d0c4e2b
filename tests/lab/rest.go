package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
)

const tokenHeader = "vmware-api-session-id"

// named is a principal and object an entity as REST writes them.
type named struct {
	Type   string `json:"type"`
	Name   string `json:"name"`
	Domain string `json:"domain"`
}

type object struct {
	Type string `json:"type"`
	Id   string `json:"id"`
}

func (l *lab) rest(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var trouble trouble
	status, text := 0, []byte{}
	l.alone(func() {
		trouble = l.mischief.next(r.URL.Path, l)
		c := &call{lab: l, estate: l.estate, request: r, method: r.URL.Path}
		var told interface{}
		if status, told = c.route(body); told != nil {
			text, _ = json.Marshal(told)
		}
	})
	trouble.write(w, r, status, "application/json", text)
}

func refuse(status int, kind string) (int, interface{}) {
	return status, answer{"error_type": kind, "messages": []interface{}{}}
}

func (c *call) route(body []byte) (int, interface{}) {
	asked := c.request.Method + " " + c.request.URL.Path
	if action := c.request.URL.Query().Get("action"); action != "" {
		asked += " " + action
	}
	if asked == "POST /api/session" {
		return c.restLogin()
	}
	c.session = c.lab.use(c.request.Header.Get(tokenHeader))
	if c.session == nil {
		return refuse(http.StatusUnauthorized, "UNAUTHENTICATED")
	}
	const checks = "/api/vcenter/authorization/privilege-checks"
	switch {
	case asked == "DELETE /api/session":
		c.lab.leave(c.session.Key)
		return http.StatusNoContent, nil
	case asked == "POST /api/vcenter/authorization/permissions list" && c.lab.major() >= 9:
		return c.listPermissions(body)
	case strings.Contains(asked, checks) && c.lab.major() >= 8:
		if !c.may(c.estate.root.Id, "Sessions.CollectPrivilegeChecks") {
			return refuse(http.StatusForbidden, "UNAUTHORIZED")
		}
		switch asked {
		case "GET " + checks + "/latest":
			r := &c.lab.recorder
			return http.StatusOK, r.marker(r.lost + len(r.checks))
		case "POST " + checks + " list":
			return c.privilegeChecks(body)
		}
	}
	return refuse(http.StatusNotFound, "NOT_FOUND")
}

func (l *lab) major() int {
	number, _ := strconv.Atoi(strings.SplitN(l.options.ApiVersion, ".", 2)[0])
	return number
}

func (c *call) restLogin() (int, interface{}) {
	user, password, _ := c.request.BasicAuth()
	made, failed := c.lab.enter(user, password, c.request)
	if failed != nil {
		return refuse(http.StatusUnauthorized, "UNAUTHENTICATED")
	}
	return http.StatusCreated, made.Key
}

type wanted struct {
	Filter *struct {
		Objects       []object `json:"objects"`
		Principals    []named  `json:"principals"`
		Roles         []string `json:"roles"`
		IsPropagating *bool    `json:"is_propagating"`
	} `json:"filter"`
	Iterate struct {
		Marker   string `json:"marker"`
		PageSize int    `json:"page_size"`
	} `json:"iterate"`
}

// listPermissions answers a page of all permissions, global ones first: these are on no object.
func (c *call) listPermissions(body []byte) (int, interface{}) {
	var asked wanted
	if len(body) > 0 && json.Unmarshal(body, &asked) != nil {
		return refuse(http.StatusBadRequest, "INVALID_ARGUMENT")
	}
	if asked.Filter != nil && asked.Iterate.Marker != "" {
		return refuse(http.StatusBadRequest, "INVALID_ARGUMENT")
	}
	all := c.listed(asked)
	at := 0
	if marker := asked.Iterate.Marker; marker != "" {
		number, err := strconv.Atoi(strings.TrimPrefix(marker, "after-"))
		if err != nil || number > len(all) {
			return refuse(http.StatusBadRequest, "INVALID_ARGUMENT")
		}
		at = number
	}
	size := c.lab.options.RestPage
	if asked.Iterate.PageSize > 0 && asked.Iterate.PageSize < size {
		size = asked.Iterate.PageSize
	}
	end := at + size
	told := answer{}
	if end < len(all) {
		told["marker"] = "after-" + strconv.Itoa(end)
	} else {
		end = len(all)
	}
	items := []interface{}{}
	for number, one := range all[at:end] {
		items = append(items, answer{"permission": strconv.Itoa(at + number), "info": c.info(one)})
	}
	told["items"] = items
	return http.StatusOK, told
}

// listed are the permissions that the session may know of and a filter wants.
func (c *call) listed(asked wanted) []*permission {
	found := []*permission{}
	add := func(some []*permission) {
		for _, one := range some {
			if asked.wants(c, one) {
				found = append(found, one)
			}
		}
	}
	if c.may(c.estate.root.Id, "System.Read") {
		add(c.estate.permissions[""])
	}
	for _, one := range c.estate.order {
		if c.sees(one.Id) {
			add(c.estate.permissions[one.Id])
		}
	}
	return found
}

func (c *call) info(one *permission) answer {
	kind := "USER"
	if one.Group {
		kind = "GROUP"
	}
	told := answer{
		"principal":   named{kind, name(one.Principal), domain(one.Principal)},
		"role":        strconv.Itoa(int(one.Role)),
		"propagating": one.Propagate,
	}
	if one.Entity != "" {
		told["object"] = object{c.estate.kind(one.Entity), one.Entity}
	}
	return told
}

func (w wanted) wants(c *call, one *permission) bool {
	f := w.Filter
	if f == nil {
		return true
	}
	info := c.info(one)
	on, _ := info["object"].(object)
	return (len(f.Objects) == 0 || among(f.Objects, on)) &&
		(len(f.Principals) == 0 || among(f.Principals, info["principal"].(named))) &&
		(len(f.Roles) == 0 || among(f.Roles, info["role"].(string))) &&
		(f.IsPropagating == nil || *f.IsPropagating == one.Propagate)
}

func among[T comparable](some []T, wanted T) bool {
	for _, one := range some {
		if one == wanted {
			return true
		}
	}
	return false
}
