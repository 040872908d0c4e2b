package main

import "github.com/vmware/govmomi/vim25/types"

// selected are the objects of filter specifications, each once a specification, as far as there is
// anything that is asked of their types.
func (c *call) selected(specs []types.PropertyFilterSpec) ([]wish, fault) {
	found := []wish{}
	for _, spec := range specs {
		chosen := &selection{
			call: c, named: map[string]*types.TraversalSpec{}, seen: set{},
		}
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
		for _, this := range chosen.objects {
			isEntity := c.estate.entities[this.Value] != nil
			if specs := wantedOf(this.Type, spec.PropSet, isEntity); len(specs) > 0 {
				found = append(found, wish{this, specs})
			}
		}
	}
	return found, nil
}

// selection gathers the objects of one filter specification.
type selection struct {
	*call
	named   map[string]*types.TraversalSpec
	objects []types.ManagedObjectReference
	seen    set
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
		into = s.named[by.GetSelectionSpec().Name]
		if into == nil {
			return &types.InvalidArgument{InvalidProperty: "selectSet"}
		}
	}
	way := "way " + from.Value + " " + into.Path + " " + into.Name
	if s.seen[way] || into.Type != "ManagedEntity" && !isA(from.Type, into.Type) {
		return nil
	}
	s.seen[way] = true
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
