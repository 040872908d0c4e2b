package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vmware/govmomi/vim25/types"
)

// lab is all there is; every call and every command holds its mutex while it looks or changes.
type lab struct {
	mutex    sync.Mutex
	user     string // may do everything that options.DefaultPrivileges names, or simply everything
	password string
	options  options
	estate   *estate
	sessions map[string]*session
	history  history
	recorder recorder
	mischief mischief
	skew     time.Duration
	made     int // how many keys were made
}

// options are given with an estate and hold until the next one.
type options struct {
	ApiVersion        string            `json:"api_version"`
	ApiType           string            `json:"api_type"` // HostAgent: a host without a vCenter
	Users             map[string]string `json:"users"`
	DefaultPrivileges []string          `json:"default_privileges"`
	PageSize          int               `json:"page_size"`
	RecorderSize      int               `json:"recorder_size"`
	RecorderPage      int               `json:"recorder_page"`
	RestPage          int               `json:"rest_page"`
	MaxCollectors     int               `json:"max_collectors"`
	HideMirrored      bool              `json:"hide_mirrored"`
	SsoAdministrators []string          `json:"sso_administrators"`
}

func defaults() options {
	return options{
		ApiVersion: "8.0.2.0", ApiType: "VirtualCenter", PageSize: 1000, RecorderSize: 50000, RecorderPage: 100,
		RestPage: 100, MaxCollectors: 32,
	}
}

func newLab(user, password string) *lab {
	empty, _ := newEstate(estateFile{})
	return &lab{
		user: user, password: password, options: defaults(), estate: empty,
		sessions: map[string]*session{},
	}
}

// load replaces everything but the sessions' passwords: whoever was logged in has to do it again.
func (l *lab) load(file estateFile, given options) error {
	made, err := newEstate(file)
	if err != nil {
		return err
	}
	l.estate, l.options = made, given
	l.sessions = map[string]*session{}
	l.history, l.mischief = history{}, mischief{}
	l.recorder = recorder{generation: l.recorder.generation + 1}
	l.skew = 0
	return nil
}

// alone does something while nobody else looks at the lab or changes it.
func (l *lab) alone(do func()) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	do()
}

func (l *lab) now() time.Time { return time.Now().UTC().Add(l.skew) }

// key makes a name that was never made before.
func (l *lab) key(prefix string) string {
	l.made++
	return fmt.Sprintf("%s-%08x-%d", prefix, l.now().UnixNano()&0xffffffff, l.made)
}

func (l *lab) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/sdk/vimServiceVersions.xml", l.versions)
	mux.HandleFunc("/sdk", l.soap)
	mux.HandleFunc("/sdk/vimService", l.soap)
	mux.HandleFunc("/invsvc/vmomi/sdk", l.inventoryService)
	mux.HandleFunc("/api/", l.rest)
	return mux
}

// versions offers the lab's version and, as vCenters do, some older ones.
func (l *lab) versions(w http.ResponseWriter, r *http.Request) {
	var version string
	var trouble trouble
	l.alone(func() {
		version = l.options.ApiVersion
		trouble = l.mischief.next("vimServiceVersions.xml", l)
	})
	answer := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<namespaces version="1.0">
 <namespace>
  <name>urn:vim25</name>
  <version>%s</version>
  <priorVersions><version>6.7</version><version>6.5</version><version>6.0</version></priorVersions>
 </namespace>
</namespaces>
`, version)
	trouble.write(w, r, http.StatusOK, "text/xml", []byte(answer))
}

func ref(kind, id string) types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: kind, Value: id}
}

func pointer(kind, id string) *types.ManagedObjectReference {
	reference := ref(kind, id)
	return &reference
}

// fold makes names comparable: vCenter compares them without case.
func fold(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.ToUpper(name)), "ß", "ss")
}

// domainName turns user@domain into DOMAIN\user, as vCenter itself writes principals.
func domainName(name string) string {
	if at := strings.LastIndex(name, "@"); at > 0 {
		return strings.ToUpper(name[at+1:]) + `\` + name[:at]
	}
	return name
}
