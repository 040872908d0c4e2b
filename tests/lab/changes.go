package main

import (
	"encoding/json"
	"fmt"
	"time"
)

// Commands that change the estate as somebody else would, while a client reads it.

func (l *lab) permit(asked order) (answer, error) {
	given := asked.Permission
	if given.Entity != "" {
		if err := l.known(given.Entity); err != nil {
			return nil, err
		}
	}
	user := first(asked.User, `VSPHERE.LOCAL\Administrator`)
	if old := l.estate.find(given.Entity, given.Principal, given.Group); old != nil {
		before := *old
		old.Role, old.Propagate = given.Role, given.Propagate
		l.estate.version++
		l.history.permissionUpdated(l, user, old, &before)
		return answer{}, nil
	}
	l.estate.permissions[given.Entity] = append(l.estate.permissions[given.Entity], &given)
	l.estate.version++
	l.history.permissionAdded(l, user, &given)
	return answer{}, nil
}

func (l *lab) forbid(asked order) (answer, error) {
	given := asked.Permission
	old := l.estate.find(given.Entity, given.Principal, given.Group)
	if old == nil {
		return nil, fmt.Errorf("%s has no permission on %q", given.Principal, given.Entity)
	}
	l.estate.remove(old)
	l.history.permissionRemoved(l, first(asked.User, `VSPHERE.LOCAL\Administrator`), old)
	return answer{}, nil
}

func (l *lab) removeRole(asked order) (answer, error) {
	known := l.estate.role(asked.Role)
	if known == nil {
		return nil, fmt.Errorf("there is no role %d", asked.Role)
	}
	l.dropRole(first(asked.User, `VSPHERE.LOCAL\Administrator`), known)
	return answer{}, nil
}

func (l *lab) move(asked order) (answer, error) {
	for _, id := range []string{asked.Entity, asked.Parent} {
		if err := l.known(id); err != nil {
			return nil, err
		}
	}
	moved := l.estate.entities[asked.Entity]
	moved.Parent = asked.Parent
	if asked.Second != "" {
		moved.Second = asked.Second
	}
	l.estate.link()
	return answer{}, nil
}

func (l *lab) rename(asked order) (answer, error) {
	if err := l.known(asked.Entity); err != nil {
		return nil, err
	}
	l.estate.entities[asked.Entity].Name = asked.Name
	return answer{}, nil
}

// removeEntity takes an entity away with all below it and every permission there.
func (l *lab) removeEntity(asked order) (answer, error) {
	if err := l.known(asked.Entity); err != nil {
		return nil, err
	}
	kept, gone := []*entity{}, []*entity{}
	for _, one := range l.estate.order {
		if l.estate.below(one.Id, asked.Entity) {
			gone = append(gone, one)
		} else {
			kept = append(kept, one)
		}
	}
	for _, one := range gone {
		delete(l.estate.entities, one.Id)
		delete(l.estate.permissions, one.Id)
		delete(l.estate.hosts, one.Id)
	}
	l.estate.order = kept
	l.estate.link()
	return answer{}, nil
}

func (l *lab) addEntity(asked order) (answer, error) {
	if asked.New == nil || l.estate.entities[asked.New.Id] != nil {
		return nil, fmt.Errorf("there is nothing new to add")
	}
	l.estate.order = append(l.estate.order, asked.New)
	l.estate.entities[asked.New.Id] = asked.New
	l.estate.link()
	return answer{}, nil
}

func (l *lab) setHost(asked order) (answer, error) {
	host := l.estate.hosts[asked.Entity]
	if host == nil {
		return nil, fmt.Errorf("there is no host %q", asked.Entity)
	}
	return answer{}, json.Unmarshal(asked.With, host)
}

func (l *lab) postEvent(asked order) (answer, error) {
	if asked.Event.Entity != "" {
		if err := l.known(asked.Event.Entity); err != nil {
			return nil, err
		}
	}
	made := l.eventOf(asked.Event)
	made.GetEvent().CreatedTime = l.now().Add(-time.Duration(asked.Ago) * time.Second)
	l.history.add(l, asked.Event.User, first(asked.Event.Message, asked.Event.Type), made)
	return answer{"key": l.history.last}, nil
}
