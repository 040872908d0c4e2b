package main

import (
	"net/http"

	"github.com/vmware/govmomi/vim25/types"
)

type mischief struct{}

type trouble struct{ fault fault }

func (m *mischief) next(method string, l *lab) trouble                          { return trouble{} }
func (m *mischief) denied(this types.ManagedObjectReference, path string) fault { return nil }
func (m *mischief) lie(c *call, user, id string, truth set) set                 { return truth }
func (t trouble) alter(answer interface{}) interface{}                          { return answer }
func (t trouble) write(w http.ResponseWriter, r *http.Request, status int, kind string, text []byte) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
