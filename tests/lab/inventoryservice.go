package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// The private interface by which vCenter 7 and 8 tell of global permissions: a SOAP of its own, of
// which the lab speaks as much as it takes to log in and to list them.

const inventoryNamespace = "urn:inventoryservice"

type inventoryRequest struct {
	Body struct {
		Call struct {
			XMLName  xml.Name
			Username string `xml:"username"`
			Password string `xml:"password"`
		} `xml:",any"`
	} `xml:"Body"`
}

type accessControl struct {
	Name      string  `xml:"principal>name"`
	Group     bool    `xml:"principal>group"`
	Roles     []int64 `xml:"roles"`
	Propagate bool    `xml:"propagate"`
	Version   int64   `xml:"version"`
}

func (l *lab) inventoryService(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request inventoryRequest
	if err != nil || xml.Unmarshal(body, &request) != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	method := request.Body.Call.XMLName.Local
	c := &call{lab: l, request: r, method: method}
	var trouble trouble
	var entries []accessControl
	var failed fault
	isOffered := false
	l.alone(func() {
		isOffered = l.major() < 9
		trouble = l.mischief.next(method, l)
		c.estate, c.session = l.estate, l.sessionOf(r)
		if failed = trouble.fault; failed == nil {
			entries, failed = c.inventory(request.Body.Call.Username, request.Body.Call.Password)
		}
	})
	if !isOffered {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	var out bytes.Buffer
	out.WriteString(head)
	status := http.StatusOK
	if failed != nil {
		status = http.StatusInternalServerError
		writeFault(&out, failed)
	} else {
		start := xml.StartElement{Name: xml.Name{Space: inventoryNamespace, Local: method + "Response"}}
		_ = xml.NewEncoder(&out).EncodeElement(
			struct {
				Returnval []accessControl `xml:"returnval"`
			}{entries}, start)
	}
	out.WriteString(tail)
	if c.cookie != "" {
		w.Header().Set("Set-Cookie", c.cookie)
	}
	trouble.write(w, r, status, "text/xml; charset=utf-8", out.Bytes())
}

func (c *call) inventory(user, password string) ([]accessControl, fault) {
	if c.method == "InventoryServiceLogin" {
		made, failed := c.lab.enter(user, password, c.request)
		if failed == nil {
			c.cookie = cookieOf(made)
		}
		return nil, failed
	}
	if c.session == nil {
		return nil, &types.SecurityError{}
	}
	switch c.method {
	case "InventoryServiceLogout":
		c.lab.leave(c.session.Key)
		return nil, nil
	case "AuthorizationService.GetGlobalAccessControlList":
		if !c.session.everything && !c.lab.options.isSsoAdministrator(c.session.UserName) {
			return nil, &types.SecurityError{}
		}
		return c.estate.globalAccess(), nil
	}
	return nil, &types.NotSupported{}
}

func (o options) isSsoAdministrator(user string) bool {
	for _, one := range o.SsoAdministrators {
		if fold(domainName(one)) == fold(user) {
			return true
		}
	}
	return false
}

// globalAccess are the global permissions, one entry a principal with all its roles.
func (e *estate) globalAccess() []accessControl {
	found := []accessControl{}
	for _, one := range e.permissions[""] {
		known := false
		for number := range found {
			entry := &found[number]
			if strings.EqualFold(entry.Name, one.Principal) && entry.Group == one.Group {
				entry.Roles, known = append(entry.Roles, int64(one.Role)), true
			}
		}
		if !known {
			found = append(found, accessControl{
				Name: one.Principal, Group: one.Group, Roles: []int64{int64(one.Role)},
				Propagate: one.Propagate,
			})
		}
	}
	return found
}
