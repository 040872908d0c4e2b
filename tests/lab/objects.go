package main

import (
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// exists tells whether there is an object for the session to call or to read.
func (c *call) exists(this types.ManagedObjectReference) bool {
	switch this.Type {
	case "ServiceInstance", "PropertyCollector", "ViewManager", "SessionManager",
		"AuthorizationManager", "EventManager", "UserDirectory":
		return true
	case "ContainerView":
		return c.session.views[this.Value] != nil
	case "EventHistoryCollector":
		return c.session.collectors[this.Value] != nil
	case "HostAccessManager", "OptionManager", "HostAuthenticationManager":
		return c.estate.hosts[hostOf(this)] != nil && c.sees(hostOf(this))
	default:
		return c.sees(this.Value)
	}
}

// object is what a managed object is now, for this session; nil if there is none.
func (c *call) object(this types.ManagedObjectReference) interface{} {
	if !c.exists(this) {
		return nil
	}
	switch this.Type {
	case "SessionManager":
		return c.sessionManager()
	case "AuthorizationManager":
		return c.authorizationManager()
	case "EventManager":
		return c.eventManager()
	case "UserDirectory":
		return c.userDirectory()
	case "ContainerView":
		return c.refreshed(c.session.views[this.Value])
	case "EventHistoryCollector":
		return c.session.collectors[this.Value].object(c)
	case "HostAccessManager", "OptionManager", "HostAuthenticationManager":
		return c.hostManager(this)
	}
	if one := c.estate.entities[this.Value]; one != nil {
		return c.entity(one)
	}
	return nil
}

// escape writes a name as vCenter stores it.
var escape = strings.NewReplacer("%", "%25", "/", "%2f", `\`, "%5c")

func (c *call) entity(one *entity) interface{} {
	base := c.managedEntity(one)
	switch one.Type {
	case "Folder":
		return &mo.Folder{ManagedEntity: base, ChildEntity: c.childrenOf(one.Id)}
	case "StoragePod":
		return &mo.StoragePod{Folder: mo.Folder{
			ManagedEntity: base, ChildEntity: c.childrenOf(one.Id)}}
	case "Datacenter":
		return c.datacenter(one, base)
	case "ComputeResource":
		made := c.computeResource(one, base)
		return &made
	case "ClusterComputeResource":
		return &mo.ClusterComputeResource{ComputeResource: c.computeResource(one, base)}
	case "HostSystem":
		return c.hostSystem(one, base)
	case "ResourcePool":
		made := c.resourcePool(one, base)
		return &made
	case "VirtualApp":
		return c.virtualApp(one, base)
	case "VirtualMachine":
		return c.virtualMachine(one, base)
	case "Datastore":
		return &mo.Datastore{ManagedEntity: base, Vm: c.placed(one.Id)}
	case "Network":
		return &mo.Network{ManagedEntity: base, Name: base.Name, Vm: c.placed(one.Id)}
	case "OpaqueNetwork":
		return &mo.OpaqueNetwork{Network: mo.Network{
			ManagedEntity: base, Name: base.Name, Vm: c.placed(one.Id)}}
	case "DistributedVirtualPortgroup":
		return &mo.DistributedVirtualPortgroup{Network: mo.Network{
			ManagedEntity: base, Name: base.Name, Vm: c.placed(one.Id)}}
	case "DistributedVirtualSwitch":
		return &mo.DistributedVirtualSwitch{ManagedEntity: base}
	case "VmwareDistributedVirtualSwitch":
		return &mo.VmwareDistributedVirtualSwitch{
			DistributedVirtualSwitch: mo.DistributedVirtualSwitch{ManagedEntity: base}}
	default:
		return &base
	}
}

func (c *call) managedEntity(one *entity) mo.ManagedEntity {
	made := mo.ManagedEntity{
		ExtensibleManagedObject: mo.ExtensibleManagedObject{Self: ref(one.Type, one.Id)},
		Name:                    escape.Replace(one.Name),
		OverallStatus:           types.ManagedEntityStatusGreen,
		ConfigStatus:            types.ManagedEntityStatusGreen,
	}
	switch {
	case one.Parent == "":
	case one.Type == "VirtualMachine" && c.estate.kind(one.Parent) == "VirtualApp":
		// A machine of a vApp has no parent.
	default:
		made.Parent = c.shown(one.Parent)
	}
	return made
}

// shown refers to an entity, if the session may know of it.
func (c *call) shown(id string) *types.ManagedObjectReference {
	if !c.sees(id) {
		return nil
	}
	return pointer(c.estate.kind(id), id)
}

// references are those of the entities that the session sees, of one of some types, or of any.
func (c *call) references(some []*entity, kinds ...string) []types.ManagedObjectReference {
	found := []types.ManagedObjectReference{}
	for _, one := range some {
		if c.sees(one.Id) && (len(kinds) == 0 || isAny(one.Type, kinds)) {
			found = append(found, ref(one.Type, one.Id))
		}
	}
	return found
}

func (c *call) childrenOf(id string) []types.ManagedObjectReference {
	return c.references(c.estate.children[id])
}

func (c *call) placed(on string) []types.ManagedObjectReference {
	return c.references(c.estate.placed[on], "VirtualMachine")
}

func (c *call) datacenter(one *entity, base mo.ManagedEntity) *mo.Datacenter {
	made := &mo.Datacenter{ManagedEntity: base}
	folders := c.estate.foldersOf(one.Id)
	for number, into := range []*types.ManagedObjectReference{
		&made.VmFolder, &made.HostFolder, &made.DatastoreFolder, &made.NetworkFolder,
	} {
		if folder := c.shown(folders[number]); folder != nil {
			*into = *folder
		}
	}
	return made
}

func (c *call) computeResource(one *entity, base mo.ManagedEntity) mo.ComputeResource {
	made := mo.ComputeResource{
		ManagedEntity: base, Host: c.references(c.estate.children[one.Id], "HostSystem"),
	}
	for _, pool := range c.references(c.estate.children[one.Id], "ResourcePool") {
		root := pool
		made.ResourcePool = &root
	}
	return made
}

func (c *call) resourcePool(one *entity, base mo.ManagedEntity) mo.ResourcePool {
	made := mo.ResourcePool{
		ManagedEntity: base,
		Vm:            c.references(c.estate.children[one.Id], "VirtualMachine"),
		ResourcePool:  c.references(c.estate.children[one.Id], "ResourcePool"),
	}
	for above := one; above != nil; above = c.estate.entities[above.Parent] {
		if isA(above.Type, "ComputeResource") {
			made.Owner = ref(above.Type, above.Id)
		}
	}
	return made
}

func (c *call) virtualApp(one *entity, base mo.ManagedEntity) *mo.VirtualApp {
	made := &mo.VirtualApp{ResourcePool: c.resourcePool(one, base)}
	if one.Second != "" {
		made.ParentFolder = c.shown(one.Second)
	}
	return made
}

func (c *call) virtualMachine(one *entity, base mo.ManagedEntity) *mo.VirtualMachine {
	made := &mo.VirtualMachine{ManagedEntity: base}
	pool := one.Second
	if c.estate.kind(one.Parent) == "VirtualApp" {
		made.ParentVApp = c.shown(one.Parent)
		pool = first(pool, one.Parent)
	}
	if c.estate.kind(pool) == "VirtualApp" {
		made.ParentVApp = c.shown(pool)
	}
	made.ResourcePool = c.shown(pool)
	template := pool == ""
	made.Summary.Config = types.VirtualMachineConfigSummary{Name: base.Name, Template: template}
	made.Config = &types.VirtualMachineConfigInfo{Name: base.Name, Template: template}
	if one.AclOf != "" {
		made.Config.FtInfo = &types.FaultToleranceSecondaryConfigInfo{
			FaultToleranceConfigInfo: types.FaultToleranceConfigInfo{
				Role: 2, InstanceUuids: []string{one.AclOf}, ConfigPaths: []string{""},
			},
			PrimaryVM: ref("VirtualMachine", one.AclOf),
		}
	}
	for _, on := range one.On {
		place := c.shown(on)
		switch {
		case place == nil:
		case place.Type == "HostSystem":
			made.Runtime.Host = place
		case place.Type == "Datastore":
			made.Datastore = append(made.Datastore, *place)
		default:
			made.Network = append(made.Network, *place)
		}
	}
	made.Runtime.PowerState = types.VirtualMachinePowerStatePoweredOn
	made.Runtime.ConnectionState = types.VirtualMachineConnectionStateConnected
	made.Summary.Runtime = made.Runtime
	made.Summary.Vm, made.Summary.OverallStatus = &made.Self, base.OverallStatus
	made.Summary.QuickStats.GuestHeartbeatStatus = base.OverallStatus
	return made
}

func first(some ...string) string {
	for _, one := range some {
		if one != "" {
			return one
		}
	}
	return ""
}

// bases are the supertypes of entities, besides the one that all have.
var bases = map[string]string{
	"ClusterComputeResource": "ComputeResource", "VirtualApp": "ResourcePool",
	"StoragePod": "Folder", "DistributedVirtualPortgroup": "Network", "OpaqueNetwork": "Network",
	"VmwareDistributedVirtualSwitch": "DistributedVirtualSwitch",
}

func isA(kind, wanted string) bool {
	for ; kind != ""; kind = bases[kind] {
		if kind == wanted {
			return true
		}
	}
	return false
}

func isAny(kind string, wanted []string) bool {
	for _, one := range wanted {
		if isA(kind, one) || one == "ManagedEntity" {
			return true
		}
	}
	return false
}
