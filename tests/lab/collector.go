package main

import (
	"reflect"

	"github.com/vmware/govmomi/vim25/types"
)

// fetch is how pyVmomi asks for one property of one object; the API does not document it.
type fetch struct {
	This types.ManagedObjectReference `xml:"_this"`
	Prop string                       `xml:"prop"`
}

type fetchResponse struct {
	Returnval types.AnyType `xml:"returnval,omitempty,typeattr"`
}

func init() {
	types.Add("Fetch", reflect.TypeOf(fetch{}))
	serve(map[string]interface{}{
		"Fetch":                        fetchProperty,
		"RetrieveProperties":           retrieveProperties,
		"RetrievePropertiesEx":         retrievePropertiesEx,
		"ContinueRetrievePropertiesEx": continueRetrievePropertiesEx,
		"CancelRetrievePropertiesEx":   cancelRetrievePropertiesEx,
	})
}

func fetchProperty(c *call, request *fetch) (*fetchResponse, fault) {
	object := c.object(request.This)
	if object == nil {
		return &fetchResponse{}, nil
	}
	value, known := property(object, request.Prop)
	if !known {
		return nil, &types.InvalidProperty{Name: request.Prop}
	}
	if failed := c.mayRead(request.This, request.Prop); failed != nil {
		return nil, failed
	}
	return &fetchResponse{Returnval: c.computed(request.This, request.Prop, value)}, nil
}

func retrieveProperties(c *call, request *types.RetrieveProperties) (*types.RetrievePropertiesResponse, fault) {
	found, failed := c.selected(request.SpecSet)
	if failed != nil {
		return nil, failed
	}
	contents, failed := c.contents(found)
	return &types.RetrievePropertiesResponse{Returnval: contents}, failed
}

func retrievePropertiesEx(c *call, request *types.RetrievePropertiesEx) (*types.RetrievePropertiesExResponse, fault) {
	found, failed := c.selected(request.SpecSet)
	if failed != nil || len(found) == 0 {
		return &types.RetrievePropertiesExResponse{}, failed
	}
	result, failed := c.answered(page{found, int(request.Options.MaxObjects)})
	return &types.RetrievePropertiesExResponse{Returnval: result}, failed
}

// wish is an object that was selected, with what is asked of it; it is read when its page is.
type wish struct {
	this  types.ManagedObjectReference
	specs []types.PropertySpec
}

// page is what waits under a token, of which so many at once were asked for.
type page struct {
	rest  []wish
	asked int
}

// answered is as much as a client asked for and the server gives; the rest waits.
func (c *call) answered(from page) (*types.RetrieveResult, fault) {
	size := c.lab.options.PageSize
	if from.asked > 0 && from.asked < size {
		size = from.asked
	}
	now, later := from.rest, from.rest[:0]
	if len(now) > size {
		now, later = from.rest[:size], from.rest[size:]
	}
	if c.lab.mischief.endless {
		later = from.rest
	}
	contents, failed := c.contents(now)
	result := &types.RetrieveResult{Objects: contents}
	if len(later) > 0 {
		result.Token = c.lab.key("page")
		c.session.pages[result.Token] = page{later, from.asked}
	}
	return result, failed
}

// continueRetrievePropertiesEx takes each token once.
func continueRetrievePropertiesEx(c *call, request *types.ContinueRetrievePropertiesEx) (*types.ContinueRetrievePropertiesExResponse, fault) {
	from, known := c.session.pages[request.Token]
	if !known {
		return nil, &types.InvalidArgument{InvalidProperty: "token"}
	}
	delete(c.session.pages, request.Token)
	result, failed := c.answered(from)
	return &types.ContinueRetrievePropertiesExResponse{Returnval: *result}, failed
}

func cancelRetrievePropertiesEx(c *call, request *types.CancelRetrievePropertiesEx) (*types.CancelRetrievePropertiesExResponse, fault) {
	if _, known := c.session.pages[request.Token]; !known {
		return nil, &types.InvalidArgument{InvalidProperty: "token"}
	}
	delete(c.session.pages, request.Token)
	return &types.CancelRetrievePropertiesExResponse{}, nil
}

// contents reads what was selected; an object that went meanwhile is left out.
func (c *call) contents(some []wish) ([]types.ObjectContent, fault) {
	made := []types.ObjectContent{}
	for _, one := range some {
		if c.estate.entities[one.this.Value] == nil && !c.exists(one.this) {
			continue
		}
		content, failed := c.content(one)
		if failed != nil {
			return nil, failed
		}
		made = append(made, *content)
	}
	return made, nil
}

// wantedOf are the specifications that are about objects of a type.
func wantedOf(kind string, specs []types.PropertySpec, isEntity bool) []types.PropertySpec {
	found := []types.PropertySpec{}
	for _, spec := range specs {
		if isA(kind, spec.Type) || isEntity && spec.Type == "ManagedEntity" {
			found = append(found, spec)
		}
	}
	return found
}

func (c *call) content(of wish) (*types.ObjectContent, fault) {
	made := &types.ObjectContent{Obj: of.this}
	object, done := c.object(of.this), set{}
	for _, spec := range of.specs {
		paths := spec.PathSet
		if spec.All != nil && *spec.All && object != nil {
			paths = names(reflect.TypeOf(object).Elem())
		}
		for _, path := range paths {
			if done[path] {
				continue
			}
			done[path] = true
			if failed := c.add(made, of.this, object, path); failed != nil {
				return nil, failed
			}
		}
	}
	return made, nil
}

// add puts a property into the content: its value, nothing if it is unset, or why it is missing.
func (c *call) add(into *types.ObjectContent, this types.ManagedObjectReference, object interface{}, path string) fault {
	if object != nil {
		value, known := property(object, path)
		if !known {
			return &types.InvalidProperty{Name: path}
		}
		if refused := c.mayRead(this, path); refused != nil {
			into.MissingSet = append(into.MissingSet, missing(path, refused))
		} else if value = c.computed(this, path, value); value != nil {
			into.PropSet = append(into.PropSet, types.DynamicProperty{Name: path, Val: value})
		}
		return nil
	}
	refused := &types.NoPermission{Object: this, PrivilegeId: "System.View"}
	into.MissingSet = append(into.MissingSet, missing(path, refused))
	return nil
}

func missing(path string, refused fault) types.MissingProperty {
	return types.MissingProperty{
		Path: path, Fault: types.LocalizedMethodFault{Fault: refused, LocalizedMessage: ""},
	}
}

// mayRead is the fault that keeps a property of an entity from being read, if there is one.
func (c *call) mayRead(this types.ManagedObjectReference, path string) fault {
	if refused := c.lab.mischief.denied(c.estate, this, path); refused != nil {
		return refused
	}
	if c.estate.entities[this.Value] == nil {
		return nil
	}
	return c.need(this.Value, privilegeFor(this.Type, path))
}

// computed fills in the properties that cost more than looking at the entity.
func (c *call) computed(this types.ManagedObjectReference, path string, value interface{}) interface{} {
	if c.estate.entities[this.Value] == nil {
		return value
	}
	switch path {
	case "permission":
		entries := c.permissions(c.estate.listed(this.Value, true))
		if len(entries) == 0 {
			return nil
		}
		return types.ArrayOfPermission{Permission: entries}
	case "effectiveRole":
		return types.ArrayOfInt{Int: c.effectiveRoles(this.Value)}
	default:
		return value
	}
}
