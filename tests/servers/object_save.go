// Writes tests/data/offline/object-save.zip's files: what `govc object.save -d FOLDER` writes of a
// simulated vCenter, one file an object, in govmomi's own encoding and with all properties.
//
// The simulator keeps no permissions on entities and makes no template or fault-tolerant pair, so
// these are set before. Its datastores are named for a temporary folder; that name is replaced.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run object_save.go FOLDER
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"regexp"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
	"github.com/vmware/govmomi/vim25/xml"
)

var temporary = regexp.MustCompile(`/[^<\s]*govcsim-DC0-LocalDS_0-[0-9]+(@folder-[0-9]+)?`)

type folder struct {
	path  string
	count int
}

func (f *folder) save(content []types.ObjectContent) error {
	for _, object := range content {
		object.MissingSet = nil // so does govc
		object.Obj.Value = temporary.ReplaceAllString(object.Obj.Value, "datastore-47")
		var written bytes.Buffer
		encoder := xml.NewEncoder(&written)
		encoder.Indent("", "  ")
		if err := encoder.Encode(object); err != nil {
			return err
		}
		name := fmt.Sprintf("%04d-%s.xml", f.count, object.Obj.Encode())
		text := temporary.ReplaceAll(written.Bytes(), []byte("datastore-47"))
		if err := os.WriteFile(filepath.Join(f.path, name), text, 0o644); err != nil {
			return err
		}
		f.count++
	}
	return nil
}

func prepare(content types.ServiceContent) {
	root := content.RootFolder
	simulator.Map.Get(root).(mo.Entity).Entity().Permission = []types.Permission{
		{Entity: &root, Principal: `CORP\ops`, Group: true, RoleId: -1, Propagate: true},
		{Entity: &root, Principal: `CORP\eve`, RoleId: -2},
	}
	manager := simulator.Map.Get(*content.AuthorizationManager).(*simulator.AuthorizationManager)
	manager.RoleList = append(manager.RoleList, types.AuthorizationRole{
		RoleId: -974337264, Name: "Nattvakt, Oslo", Info: &types.Description{},
		Privilege: []string{"System.Read", "VirtualMachine.Interact.PowerOn"},
	})
	named := map[string]*simulator.VirtualMachine{}
	for _, entity := range simulator.Map.All("VirtualMachine") {
		machine := entity.(*simulator.VirtualMachine)
		named[machine.Name] = machine
	}
	granted, template := named["DC0_H0_VM0"], named["DC0_H0_VM1"]
	granted.Permission = []types.Permission{
		{Entity: &granted.Self, Principal: "bob@corp.example", RoleId: -974337264, Propagate: true},
	}
	template.Config.Template, template.Summary.Config.Template = true, true
	template.ResourcePool = nil
	primary, secondary := named["DC0_C0_RP0_VM0"], named["DC0_C0_RP0_VM1"]
	primary.Name = "web%2fproxy"
	secondary.Config.FtInfo = &types.FaultToleranceSecondaryConfigInfo{
		FaultToleranceConfigInfo: types.FaultToleranceConfigInfo{Role: 2},
		PrimaryVM:                primary.Self,
	}
}

func (f *folder) saveAll(ctx context.Context, client *vim25.Client) error {
	prepare(client.ServiceContent)
	collector := property.DefaultCollector(client)
	var service []types.ObjectContent
	err := collector.RetrieveOne(ctx, vim25.ServiceInstance, []string{"content"}, &service)
	if err != nil {
		return err
	}
	if err := f.save(service); err != nil {
		return err
	}
	all := types.NewBool(true)
	request := types.RetrievePropertiesEx{This: collector.Reference()}
	for _, manager := range mo.References(client.ServiceContent) {
		if simulator.Map.Get(manager) == nil {
			continue // named by the simulator and not there
		}
		if manager.Type == "TaskManager" || manager.Type == "PerformanceManager" {
			continue // large, and nothing is read of them
		}
		request.SpecSet = append(request.SpecSet, types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: manager}},
			PropSet:   []types.PropertySpec{{Type: manager.Type, All: all}},
		})
	}
	made, err := view.NewManager(client).CreateContainerView(
		ctx, client.ServiceContent.RootFolder, nil, true)
	if err != nil {
		return err
	}
	request.SpecSet = append(request.SpecSet, types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{{
			Obj: made.Reference(),
			SelectSet: []types.BaseSelectionSpec{
				&types.TraversalSpec{Type: made.Reference().Type, Path: "view"},
			},
		}},
		PropSet: []types.PropertySpec{{Type: "ManagedEntity", All: all}},
	})
	answer, err := methods.RetrievePropertiesEx(ctx, client, &request)
	if err != nil {
		return err
	}
	return f.save(answer.Returnval.Objects)
}

func main() {
	model := simulator.VPX()
	defer model.Remove()
	model.Pool, model.App, model.Folder, model.Machine = 1, 1, 1, 2
	model.Host, model.ClusterHost = 1, 1
	target := &folder{path: os.Args[1]}
	if err := model.Run(target.saveAll); err != nil {
		log.Fatal(err)
	}
}
