package main

import (
	"net/http"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type history struct{}

func (h *history) badLogin(l *lab, user, address string) {}
func (h *history) noAccess(l *lab, s *session)           {}
func (h *history) loggedIn(l *lab, s *session)           {}
func (h *history) loggedOut(l *lab, s *session)          {}

type recorder struct{}

func (r *recorder) record(c *call, id, privilege string) {}

type collector struct{}

func (x *collector) object(c *call) interface{} { return nil }

type hostSet struct{}

func hostOf(r types.ManagedObjectReference) string                     { return r.Value }
func (c *call) hostManager(r types.ManagedObjectReference) interface{} { return nil }
func (c *call) eventManager() interface{}                              { return nil }
func (c *call) hostSystem(one *entity, base mo.ManagedEntity) interface{} {
	return &mo.HostSystem{ManagedEntity: base}
}
func (l *lab) inventoryService(w http.ResponseWriter, r *http.Request) {}
func (l *lab) rest(w http.ResponseWriter, r *http.Request)             {}
