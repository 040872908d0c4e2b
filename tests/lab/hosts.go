package main

import (
	"sort"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// hostSet is how a host is set, beside what permissions give.
type hostSet struct {
	State      string                 `json:"state"` // connected, disconnected, notResponding
	Version    string                 `json:"version"`
	Lockdown   types.HostLockdownMode `json:"lockdown"`
	Exceptions []string               `json:"exceptions"`
	Access     []hostAccess           `json:"access"`
	Users      []string               `json:"users"` // of the system itself
	Options    map[string]interface{} `json:"options"`
	Domain     string                 `json:"domain"`
	Membership string                 `json:"membership"`
}

type hostAccess struct {
	Principal string `json:"principal"`
	Group     bool   `json:"group"`
	Mode      string `json:"mode"`
}

// hostOptions are a host's as it is delivered.
var hostOptions = map[string]interface{}{
	"Config.HostAgent.plugins.hostsvc.esxAdminsGroup":        "ESX Admins",
	"Config.HostAgent.plugins.hostsvc.esxAdminsGroupAutoAdd": false,
	"Config.HostAgent.plugins.vimsvc.authValidateInterval":   float64(90),
	"DCUI.Access": "root",
}

// settle gives every host of the estate what it is not told of itself.
func (e *estate) settle() {
	for _, one := range e.order {
		if one.Type != "HostSystem" {
			continue
		}
		host := e.hosts[one.Id]
		if host == nil {
			host = &hostSet{}
			e.hosts[one.Id] = host
		}
		host.State = first(host.State, "connected")
		host.Version = first(host.Version, "8.0.2")
		host.Lockdown = types.HostLockdownMode(first(string(host.Lockdown), "lockdownDisabled"))
		if host.Users == nil {
			host.Users = []string{"root", "vpxuser", "dcui"}
		}
		if host.Access == nil {
			host.Access = []hostAccess{{"root", false, "accessAdmin"}}
		}
		options := map[string]interface{}{}
		for _, some := range []map[string]interface{}{hostOptions, host.Options} {
			for key, value := range some {
				options[key] = value
			}
		}
		host.Options = options
	}
}

// prefixes of the managers of a host, by their type.
var managers = map[string]string{
	"HostAccessManager":         "hostAccessManager-",
	"OptionManager":             "EsxHostAdvSettings-",
	"HostAuthenticationManager": "authManager-",
}

func hostOf(manager types.ManagedObjectReference) string {
	return strings.TrimPrefix(manager.Value, managers[manager.Type])
}

func (c *call) hostManager(this types.ManagedObjectReference) interface{} {
	host := c.estate.hosts[hostOf(this)]
	switch this.Type {
	case "HostAccessManager":
		return &mo.HostAccessManager{Self: this, LockdownMode: host.Lockdown}
	case "HostAuthenticationManager":
		return &mo.HostAuthenticationManager{Self: this, Info: host.authentication()}
	default:
		return &mo.OptionManager{Self: this, Setting: host.settings("")}
	}
}

func (c *call) hostSystem(one *entity, base mo.ManagedEntity) *mo.HostSystem {
	made := &mo.HostSystem{ManagedEntity: base, Vm: c.placed(one.Id)}
	host := c.estate.hosts[one.Id]
	info := host.authentication()
	product := types.AboutInfo{
		Name: "VMware ESXi", FullName: "VMware ESXi " + host.Version, Vendor: "VMware, Inc.",
		Version: host.Version, Build: "1", OsType: "vmnix-x86", ProductLineId: "embeddedEsx",
		ApiType: "HostAgent", ApiVersion: host.Version + ".0",
	}
	made.Runtime.ConnectionState = types.HostSystemConnectionState(host.State)
	made.Runtime.PowerState = types.HostSystemPowerStatePoweredOn
	made.Summary = types.HostListSummary{
		Host: &base.Self, OverallStatus: types.ManagedEntityStatusGreen, Runtime: &made.Runtime,
		Config: types.HostConfigSummary{Name: base.Name, Port: 443, Product: &product},
	}
	made.Config = &types.HostConfigInfo{
		Host: base.Self, Product: product, LockdownMode: host.Lockdown,
		AdminDisabled:             types.NewBool(host.Lockdown != types.HostLockdownModeLockdownDisabled),
		AuthenticationManagerInfo: &info, Option: host.settings(""),
	}
	manager := func(kind string) *types.ManagedObjectReference {
		return pointer(kind, managers[kind]+one.Id)
	}
	made.ConfigManager = types.HostConfigManager{
		HostAccessManager:     manager("HostAccessManager"),
		AdvancedOption:        manager("OptionManager"),
		AuthenticationManager: manager("HostAuthenticationManager"),
	}
	return made
}

func (h *hostSet) authentication() types.HostAuthenticationManagerInfo {
	joined := types.HostActiveDirectoryInfo{
		JoinedDomain: h.Domain, DomainMembershipStatus: h.Membership,
	}
	joined.Enabled = h.Domain != ""
	if joined.Enabled {
		joined.DomainMembershipStatus = first(h.Membership, "ok")
	}
	local := types.HostLocalAuthenticationInfo{}
	local.Enabled = true
	return types.HostAuthenticationManagerInfo{
		AuthConfig: []types.BaseHostAuthenticationStoreInfo{&local, &joined},
	}
}

// settings are the options whose name is this one, or begins so where it ends with a dot.
func (h *hostSet) settings(name string) []types.BaseOptionValue {
	keys := []string{}
	for key := range h.Options {
		if name == "" || key == name || strings.HasSuffix(name, ".") && strings.HasPrefix(key, name) {
			keys = append(keys, key)
		}
	}
	sort.Strings(keys)
	found := []types.BaseOptionValue{}
	for _, key := range keys {
		value := h.Options[key]
		if number, is := value.(float64); is {
			value = int64(number)
		}
		found = append(found, &types.OptionValue{Key: key, Value: value})
	}
	return found
}

func init() {
	serve(map[string]interface{}{
		"RetrieveHostAccessControlEntries": retrieveHostAccessControlEntries,
		"QueryLockdownExceptions":          queryLockdownExceptions,
		"QuerySystemUsers":                 querySystemUsers,
		"QueryOptions":                     queryOptions,
	})
}

// host is the one of the manager that is called, if the session may ask it and it answers.
func (c *call) host(privilege string) (*hostSet, fault) {
	id := hostOf(c.this)
	if failed := c.need(id, privilege); failed != nil {
		return nil, failed
	}
	host := c.estate.hosts[id]
	switch host.State {
	case "connected":
		return host, nil
	case "notResponding":
		return nil, &types.HostNotReachable{}
	default:
		return nil, &types.HostNotConnected{}
	}
}

func retrieveHostAccessControlEntries(c *call, _ *types.RetrieveHostAccessControlEntries) (*types.RetrieveHostAccessControlEntriesResponse, fault) {
	host, failed := c.host("Global.Settings")
	if failed != nil {
		return nil, failed
	}
	answer := &types.RetrieveHostAccessControlEntriesResponse{}
	for _, one := range host.Access {
		answer.Returnval = append(answer.Returnval, types.HostAccessControlEntry{
			Principal: one.Principal, Group: one.Group, AccessMode: types.HostAccessMode(one.Mode),
		})
	}
	return answer, nil
}

func queryLockdownExceptions(c *call, _ *types.QueryLockdownExceptions) (*types.QueryLockdownExceptionsResponse, fault) {
	host, failed := c.host("Global.Settings")
	if failed != nil {
		return nil, failed
	}
	return &types.QueryLockdownExceptionsResponse{Returnval: host.Exceptions}, nil
}

func querySystemUsers(c *call, _ *types.QuerySystemUsers) (*types.QuerySystemUsersResponse, fault) {
	host, failed := c.host("System.View")
	if failed != nil {
		return nil, failed
	}
	return &types.QuerySystemUsersResponse{Returnval: host.Users}, nil
}

func queryOptions(c *call, request *types.QueryOptions) (*types.QueryOptionsResponse, fault) {
	host, failed := c.host("System.View")
	if failed != nil {
		return nil, failed
	}
	found := host.settings(request.Name)
	if len(found) == 0 {
		return nil, &types.InvalidName{Name: request.Name}
	}
	return &types.QueryOptionsResponse{Returnval: found}, nil
}
