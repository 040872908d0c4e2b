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
	found, failed := c.collect(request.SpecSet)
	return &types.RetrievePropertiesResponse{Returnval: found}, failed
}

func retrievePropertiesEx(c *call, request *types.RetrievePropertiesEx) (*types.RetrievePropertiesExResponse, fault) {
	found, failed := c.collect(request.SpecSet)
	if failed != nil || len(found) == 0 {
		return &types.RetrievePropertiesExResponse{}, failed
	}
	page := c.page(found, int(request.Options.MaxObjects))
	return &types.RetrievePropertiesExResponse{Returnval: page}, nil
}

// page is as much as a client asked for and the server gives; the rest waits under a token.
func (c *call) page(found []types.ObjectContent, asked int) *types.RetrieveResult {
	size := c.lab.options.PageSize
	if asked > 0 && asked < size {
		size = asked
	}
	if c.lab.mischief.endless {
		token := c.lab.key("page")
		c.session.pages[token], c.session.sizes[token] = found, size
		return &types.RetrieveResult{Token: token, Objects: found}
	}
	if len(found) <= size {
		return &types.RetrieveResult{Objects: found}
	}
	token := c.lab.key("page")
	c.session.pages[token] = found[size:]
	c.session.sizes[token] = size
	return &types.RetrieveResult{Token: token, Objects: found[:size]}
}

// continueRetrievePropertiesEx takes each token once.
func continueRetrievePropertiesEx(c *call, request *types.ContinueRetrievePropertiesEx) (*types.ContinueRetrievePropertiesExResponse, fault) {
	rest, known := c.session.pages[request.Token]
	if !known {
		return nil, &types.InvalidArgument{InvalidProperty: "token"}
	}
	size := c.session.sizes[request.Token]
	delete(c.session.pages, request.Token)
	return &types.ContinueRetrievePropertiesExResponse{Returnval: *c.page(rest, size)}, nil
}

func cancelRetrievePropertiesEx(c *call, request *types.CancelRetrievePropertiesEx) (*types.CancelRetrievePropertiesExResponse, fault) {
	if _, known := c.session.pages[request.Token]; !known {
		return nil, &types.InvalidArgument{InvalidProperty: "token"}
	}
	delete(c.session.pages, request.Token)
	return &types.CancelRetrievePropertiesExResponse{}, nil
}

// collect reads what filter specifications select, each object once a specification.
func (c *call) collect(specs []types.PropertyFilterSpec) ([]types.ObjectContent, fault) {
	found := []types.ObjectContent{}
	for _, spec := range specs {
		chosen := &selection{call: c,
			named: map[string]types.BaseSelectionSpec{}, seen: map[string]bool{}}
		for _, object := range spec.ObjectSet {
			chosen.name(object.SelectSet)
		}
		for _, object := range spec.ObjectSet {
			if c.estate.entities[object.Obj.Value] == nil && !c.exists(object.Obj) {
				if leave := spec.ReportMissingObjectsInResults; leave != nil && *leave {
					continue
				}
				return nil, &types.ManagedObjectNotFound{Obj: object.Obj}
			}
			chosen.take(object.Obj, object.Skip)
			for _, into := range object.SelectSet {
				if failed := chosen.follow(object.Obj, into); failed != nil {
					return nil, failed
				}
			}
		}
		for _, object := range chosen.objects {
			content, failed := c.content(object, spec.PropSet)
			if failed != nil {
				return nil, failed
			}
			if content != nil {
				found = append(found, *content)
			}
		}
	}
	return found, nil
}

// content is one object with what is asked of its type, or nil if nothing is.
func (c *call) content(this types.ManagedObjectReference, specs []types.PropertySpec) (*types.ObjectContent, fault) {
	made := &types.ObjectContent{Obj: this}
	object := c.object(this)
	asked, done := false, map[string]bool{}
	for _, spec := range specs {
		if spec.Type != this.Type && spec.Type != "ManagedEntity" && !isA(this.Type, spec.Type) {
			continue
		}
		asked = true
		paths := spec.PathSet
		if spec.All != nil && *spec.All && object != nil {
			paths = names(reflect.TypeOf(object).Elem())
		}
		for _, path := range paths {
			if done[path] {
				continue
			}
			done[path] = true
			if failed := c.add(made, this, object, path); failed != nil {
				return nil, failed
			}
		}
	}
	if !asked {
		return nil, nil
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

// selection gathers the objects of one filter specification.
type selection struct {
	*call
	named   map[string]types.BaseSelectionSpec
	objects []types.ManagedObjectReference
	seen    map[string]bool
}

// name notes the traversals that others refer to by name.
func (s *selection) name(some []types.BaseSelectionSpec) {
	for _, one := range some {
		if into, is := one.(*types.TraversalSpec); is {
			if into.Name != "" {
				s.named[into.Name] = into
			}
			s.name(into.SelectSet)
		}
	}
}

func (s *selection) take(this types.ManagedObjectReference, skip *bool) {
	if (skip == nil || !*skip) && !s.seen["object "+this.Value] {
		s.seen["object "+this.Value] = true
		s.objects = append(s.objects, this)
	}
}

func (s *selection) follow(from types.ManagedObjectReference, by types.BaseSelectionSpec) fault {
	into, is := by.(*types.TraversalSpec)
	if !is {
		known, found := s.named[by.GetSelectionSpec().Name]
		if !found {
			return &types.InvalidArgument{InvalidProperty: "selectSet"}
		}
		into, _ = known.(*types.TraversalSpec)
	}
	if into.Type != from.Type && into.Type != "ManagedEntity" && !isA(from.Type, into.Type) {
		return nil
	}
	if way := from.Value + " " + into.Path + " " + into.Name; s.seen[way] {
		return nil
	} else {
		s.seen[way] = true
	}
	object := s.object(from)
	if object == nil {
		return nil
	}
	value, known := property(object, into.Path)
	if !known {
		return &types.InvalidProperty{Name: into.Path}
	}
	for _, to := range references(value) {
		s.take(to, into.Skip)
		for _, next := range into.SelectSet {
			if failed := s.follow(to, next); failed != nil {
				return failed
			}
		}
	}
	return nil
}
