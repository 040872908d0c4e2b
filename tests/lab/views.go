package main

import (
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func init() {
	serve(map[string]interface{}{
		"CreateContainerView": createContainerView,
		"DestroyView":         destroyView,
	})
}

func createContainerView(c *call, request *types.CreateContainerView) (*types.CreateContainerViewResponse, fault) {
	if c.estate.entities[request.Container.Value] == nil {
		return nil, &types.ManagedObjectNotFound{Obj: request.Container}
	}
	// Whoever sees nothing of the root still gets a view of what he sees below it.
	if id := request.Container.Value; id != c.estate.root.Id {
		if failed := c.need(id, "System.View"); failed != nil {
			return nil, failed
		}
	}
	made := &mo.ContainerView{
		Container: request.Container, Type: request.Type, Recursive: request.Recursive,
	}
	made.Self = ref("ContainerView", c.lab.key("session[52]view"))
	c.session.views[made.Self.Value] = made
	return &types.CreateContainerViewResponse{Returnval: made.Self}, nil
}

func destroyView(c *call, request *types.DestroyView) (*types.DestroyViewResponse, fault) {
	delete(c.session.views, request.This.Value)
	return &types.DestroyViewResponse{}, nil
}

// refreshed is a view with what is in it now: never its container itself.
func (c *call) refreshed(view *mo.ContainerView) *mo.ContainerView {
	shown := *view
	shown.View = nil
	top := view.Container.Value
	for _, one := range c.estate.order {
		if len(view.Type) > 0 && !isAny(one.Type, view.Type) || one.Id == top || !c.sees(one.Id) {
			continue
		}
		if view.Recursive && (top == c.estate.root.Id || c.estate.below(one.Id, top)) ||
			!view.Recursive && (one.Parent == top || one.Second == top) {
			shown.View = append(shown.View, ref(one.Type, one.Id))
		}
	}
	return &shown
}
