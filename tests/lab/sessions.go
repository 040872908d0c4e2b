package main

import (
	"net"
	"net/http"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const cookieName = "vmware_soap_session"

// session is somebody logged in, with the views, pages and collectors that are his alone.
type session struct {
	types.UserSession
	who        subject
	everything bool // the lab's own user
	privileges set  // what he may everywhere, if that is not everything
	views      map[string]*mo.ContainerView
	pages      map[string]page
	collectors map[string]*collector
	cache      map[string]set
	version    int // of the estate, when the cache was filled
}

func (l *lab) sessionOf(r *http.Request) *session {
	found, err := r.Cookie(cookieName)
	if err != nil {
		return nil
	}
	return l.use(strings.Trim(found.Value, `"`))
}

// use returns the session of that key, which is active by that.
func (l *lab) use(key string) *session {
	known := l.sessions[key]
	if known != nil {
		known.LastActiveTime = l.now()
		known.CallCount++
	}
	return known
}

// may tells what a session may do on an entity, and has it recorded.
func (c *call) may(id, privilege string) bool {
	allowed := c.session.may(c.estate, id, privilege)
	c.lab.recorder.record(c, id, privilege)
	return allowed
}

func (s *session) may(e *estate, id, privilege string) bool {
	if e.hidden[id] {
		return false
	}
	if s.everything {
		return s.privileges == nil || s.privileges[privilege]
	}
	if s.version != e.version || s.cache == nil {
		s.cache, s.version = map[string]set{}, e.version
	}
	held, known := s.cache[id]
	if !known {
		held = e.privileges(s.who, id)
		s.cache[id] = held
	}
	return held[privilege]
}

// need is the fault that says what is missing, if something is.
func (c *call) need(id, privilege string) fault {
	if c.may(id, privilege) {
		return nil
	}
	return &types.NoPermission{Object: c.reference(id), PrivilegeId: privilege}
}

func (c *call) reference(id string) types.ManagedObjectReference {
	return ref(c.estate.kind(id), id)
}

// sees tells whether an entity exists for the session.
func (c *call) sees(id string) bool {
	return c.estate.entities[id] != nil && c.session.may(c.estate, id, "System.View")
}

// somewhere tells whether the session may do something on any entity at all.
func (c *call) somewhere(privilege string) bool {
	for _, one := range c.estate.order {
		if c.session.may(c.estate, one.Id, privilege) {
			return true
		}
	}
	return false
}

func init() {
	serve(map[string]interface{}{
		"RetrieveServiceContent": retrieveServiceContent,
		"CurrentTime":            currentTime,
		"Login":                  login,
		"Logout":                 logout,
		"SessionIsActive":        sessionIsActive,
		"TerminateSession":       terminateSession,
	})
}

func retrieveServiceContent(c *call, _ *types.RetrieveServiceContent) (*types.RetrieveServiceContentResponse, fault) {
	version := c.lab.options.ApiVersion
	number := strings.Join(strings.SplitN(version, ".", 4)[:3], ".")
	return &types.RetrieveServiceContentResponse{Returnval: types.ServiceContent{
		RootFolder:           ref("Folder", c.estate.root.Id),
		PropertyCollector:    ref("PropertyCollector", "propertyCollector"),
		ViewManager:          pointer("ViewManager", "ViewManager"),
		SessionManager:       pointer("SessionManager", "SessionManager"),
		AuthorizationManager: pointer("AuthorizationManager", "AuthorizationManager"),
		EventManager:         pointer("EventManager", "EventManager"),
		UserDirectory:        pointer("UserDirectory", "UserDirectory"),
		About: types.AboutInfo{
			Name: "VMware vCenter Server", FullName: "VMware vCenter Server " + number + " (lab)",
			Vendor: "VMware, Inc.", Version: number, Build: "1", OsType: "linux-x64",
			ProductLineId: "vpx", ApiType: c.lab.options.ApiType, ApiVersion: version,
			InstanceUuid: "5c1a7f0e-0000-4000-8000-000000000001",
		},
	}}, nil
}

func currentTime(c *call, _ *types.CurrentTime) (*types.CurrentTimeResponse, fault) {
	return &types.CurrentTimeResponse{Returnval: c.lab.now()}, nil
}

func login(c *call, request *types.Login) (*types.LoginResponse, fault) {
	made, failed := c.lab.enter(request.UserName, request.Password, c.request)
	if failed != nil {
		return nil, failed
	}
	c.cookie = cookieOf(made)
	return &types.LoginResponse{Returnval: made.UserSession}, nil
}

func cookieOf(s *session) string {
	return cookieName + `="` + s.Key + `"; Path=/; HttpOnly; Secure`
}

// enter makes a session, or says why not; both are events.
func (l *lab) enter(user, password string, r *http.Request) (*session, fault) {
	address, _, _ := net.SplitHostPort(r.RemoteAddr)
	given, known := l.options.Users[user]
	own := user == l.user
	if own {
		given, known = l.password, true
	}
	if !known || given != password || password == "" {
		l.history.badLogin(l, user, address)
		return nil, &types.InvalidLogin{}
	}
	made := &session{
		UserSession: types.UserSession{
			Key: l.key("52"), UserName: domainName(user), FullName: domainName(user),
			LoginTime: l.now(), LastActiveTime: l.now(), Locale: "en", MessageLocale: "en",
			ExtensionSession: types.NewBool(false), IpAddress: address, UserAgent: r.UserAgent(),
			CallCount: 1,
		},
		who: l.estate.directory.subject(user), everything: own,
		views: map[string]*mo.ContainerView{}, pages: map[string]page{},
		collectors: map[string]*collector{},
	}
	if own && l.options.DefaultPrivileges != nil {
		made.privileges = set{}
		for _, privilege := range l.options.DefaultPrivileges {
			made.privileges[privilege] = true
		}
	}
	c := &call{lab: l, estate: l.estate, session: made}
	if !c.somewhere("System.View") {
		l.history.noAccess(l, made)
		return nil, &types.NoPermission{
			Object: c.reference(l.estate.root.Id), PrivilegeId: "System.View",
		}
	}
	l.sessions[made.Key] = made
	l.history.loggedIn(l, made)
	return made, nil
}

func logout(c *call, _ *types.Logout) (*types.LogoutResponse, fault) {
	c.lab.leave(c.session.Key)
	return &types.LogoutResponse{}, nil
}

func (l *lab) leave(key string) {
	if gone := l.sessions[key]; gone != nil {
		l.history.loggedOut(l, gone)
		delete(l.sessions, key)
	}
}

func sessionIsActive(c *call, request *types.SessionIsActive) (*types.SessionIsActiveResponse, fault) {
	if failed := c.need(c.estate.root.Id, "Sessions.ValidateSession"); failed != nil {
		return nil, failed
	}
	known := c.lab.sessions[request.SessionID]
	return &types.SessionIsActiveResponse{Returnval: known != nil}, nil
}

func terminateSession(c *call, request *types.TerminateSession) (*types.TerminateSessionResponse, fault) {
	if failed := c.need(c.estate.root.Id, "Sessions.TerminateSession"); failed != nil {
		return nil, failed
	}
	for _, key := range request.SessionId {
		if c.lab.sessions[key] == nil {
			return nil, &types.NotFound{}
		}
		c.lab.leave(key)
	}
	return &types.TerminateSessionResponse{}, nil
}

// sessionManager shows all sessions to whom may end them, and to others their own.
func (c *call) sessionManager() *mo.SessionManager {
	own := c.session.UserSession
	shown := []types.UserSession{own}
	if c.may(c.estate.root.Id, "Sessions.TerminateSession") {
		shown = nil
		for _, one := range c.lab.sessions {
			shown = append(shown, one.UserSession)
		}
	}
	return &mo.SessionManager{
		Self: ref("SessionManager", "SessionManager"), SessionList: shown, CurrentSession: &own,
		DefaultLocale: "en", MessageLocaleList: []string{"en"}, SupportedLocaleList: []string{"en"},
	}
}

// idle ends every session, as a time limit does.
func (l *lab) idle() {
	for key := range l.sessions {
		l.leave(key)
	}
}
