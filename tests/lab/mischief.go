package main

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// mischief is all that was ordered to go wrong, and what is known of the calls so far.
type mischief struct {
	plans   []*plan
	calls   []string // methods and paths, in the order of the calls
	refused []refusal
	endless bool
	lies    []untruth
}

// plan is an order for later: at the call of that number to that method, and for some calls more.
// Without a method every call counts.
type plan struct {
	Method string `json:"method"`
	Call   int    `json:"call"`
	Times  int    `json:"times"`
	order  order
	seen   int
}

// damage is what happens to an answer on its way.
type damage struct {
	Kind     string `json:"kind"` // drop, stall, drip, truncate, short, garbage, status, redirect, fault
	Percent  int    `json:"percent"`
	Status   int    `json:"status"`
	Location string `json:"location"`
	Fault    string `json:"fault"`
	Seconds  int    `json:"seconds"`
}

// refusal keeps properties of an entity from being read; an empty path means all.
type refusal struct {
	Entity string `json:"entity"`
	Path   string `json:"path"`
	Below  bool   `json:"below"`
}

// untruth is what is said of a user on an entity; without them, of everybody and everywhere.
type untruth struct {
	User       string   `json:"user"`
	Entity     string   `json:"entity"`
	Privileges []string `json:"privileges"`
}

// trouble is what becomes of one call.
type trouble struct {
	damage
	fault fault
}

// next counts a call, does what was planned for it, and says what becomes of its answer.
func (m *mischief) next(method string, l *lab) trouble {
	m.calls = append(m.calls, method)
	found := trouble{}
	for _, one := range m.plans {
		if one.Method != "" && one.Method != method {
			continue
		}
		one.seen++
		if one.seen < one.Call || one.seen >= one.Call+one.Times {
			continue
		}
		if one.order.Do == "damage" {
			found.damage = one.order.Damage
			if found.Kind == "fault" {
				found.fault = faultNamed(found.Fault)
			}
		} else if _, err := l.do(one.order); err != nil {
			panic(err)
		}
	}
	return found
}

// faultNamed makes a fault of the API by the name of its type.
func faultNamed(name string) fault {
	kind, known := vimType(name)
	if !known {
		return &types.SystemError{Reason: name}
	}
	switch made := reflect.New(kind).Interface().(type) {
	case *types.NoPermission:
		made.Object, made.PrivilegeId = ref("Folder", "group-d1"), "System.View"
		return made
	case *types.NotAuthenticated:
		made.Object, made.PrivilegeId = ref("Folder", "group-d1"), "System.View"
		return made
	case fault:
		return made
	}
	return &types.SystemError{Reason: name}
}

func (m *mischief) denied(e *estate, this types.ManagedObjectReference, path string) fault {
	for _, one := range m.refused {
		if (one.Path == "" || one.Path == path) &&
			(one.Entity == this.Value || one.Below && e.below(this.Value, one.Entity)) {
			return &types.NoPermission{Object: this, PrivilegeId: "System.Read"}
		}
	}
	return nil
}

// lie is what the lab says instead of the truth.
func (m *mischief) lie(user, entity string, truth set) set {
	for _, one := range m.lies {
		if (one.User == "" || fold(one.User) == fold(user)) &&
			(one.Entity == "" || one.Entity == entity) {
			told := set{}
			for _, privilege := range one.Privileges {
				told[privilege] = true
			}
			return told
		}
	}
	return truth
}

// write sends an answer, or does to it what was planned.
func (t trouble) write(w http.ResponseWriter, r *http.Request, status int, kind string, text []byte) {
	part := len(text) * t.Percent / 100
	switch t.Kind {
	case "drop":
		hangUp(w, nil)
	case "stall":
		t.stall(r)
	case "truncate": // announced whole, and cut
		hangUp(w, append(header(status, kind, len(text)), text[:part]...))
	case "short": // announced as short as it is
		answerWith(w, status, kind, text[:part])
	case "garbage":
		answerWith(w, status, kind, append(append([]byte{}, text[:part]...), 0, 0xff, '<', '&', '>'))
	case "status":
		answerWith(w, t.Status, "text/plain", []byte("no"))
	case "redirect":
		w.Header().Set("Location", t.Location)
		answerWith(w, http.StatusFound, "text/plain", nil)
	case "drip":
		t.drip(w, r, status, kind, text)
	default:
		answerWith(w, status, kind, text)
	}
}

func answerWith(w http.ResponseWriter, status int, kind string, text []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func header(status int, kind string, length int) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "HTTP/1.1 %d Whatever\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		status, kind, length)
	return out.Bytes()
}

// hangUp takes the connection over, writes what is given and closes it.
func hangUp(w http.ResponseWriter, text []byte) {
	connection, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = connection.Write(text)
	_ = connection.Close()
}

// stall says nothing until the client has had enough, or for some seconds.
func (t trouble) stall(r *http.Request) {
	limit := time.Hour
	if t.Seconds > 0 {
		limit = time.Duration(t.Seconds) * time.Second
	}
	select {
	case <-r.Context().Done():
	case <-time.After(limit):
	}
}

// drip sends a byte now and then, so that no single wait is long.
func (t trouble) drip(w http.ResponseWriter, r *http.Request, status int, kind string, text []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	for _, one := range text {
		if _, err := w.Write([]byte{one}); err != nil || r.Context().Err() != nil {
			return
		}
		w.(http.Flusher).Flush()
		time.Sleep(100 * time.Millisecond)
	}
}
