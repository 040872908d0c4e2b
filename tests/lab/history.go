package main

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// longestPage is how many events one answer has at most.
const longestPage = 1000

// collector goes through the events that its filter lets pass; at is where it stands.
type collector struct {
	filter types.EventFilterSpec
	at     int
	page   int
}

func init() {
	serve(map[string]interface{}{
		"CreateCollectorForEvents": createCollectorForEvents,
		"DestroyCollector":         destroyCollector,
		"ReadNextEvents":           readNextEvents,
		"ReadPreviousEvents":       readPreviousEvents,
		"RewindCollector":          rewindCollector,
		"ResetCollector":           resetCollector,
		"SetCollectorPageSize":     setCollectorPageSize,
		"QueryEvents":              queryEvents,
		"PostEvent":                postEvent,
		"LogUserEvent":             logUserEvent,
	})
}

func (c *call) eventManager() *mo.EventManager {
	made := &mo.EventManager{
		Self: c.this, MaxCollector: int32(c.lab.options.MaxCollectors),
	}
	if all := c.lab.history.events; len(all) > 0 {
		made.LatestEvent = all[len(all)-1]
	}
	return made
}

func createCollectorForEvents(c *call, request *types.CreateCollectorForEvents) (*types.CreateCollectorForEventsResponse, fault) {
	if len(c.session.collectors) >= c.lab.options.MaxCollectors {
		return nil, &types.InvalidState{}
	}
	key := c.lab.key("session[52]events")
	c.session.collectors[key] = &collector{filter: request.Filter, page: 10}
	return &types.CreateCollectorForEventsResponse{
		Returnval: ref("EventHistoryCollector", key)}, nil
}

func destroyCollector(c *call, request *types.DestroyCollector) (*types.DestroyCollectorResponse, fault) {
	delete(c.session.collectors, request.This.Value)
	return &types.DestroyCollectorResponse{}, nil
}

func readNextEvents(c *call, request *types.ReadNextEvents) (*types.ReadNextEventsResponse, fault) {
	if request.MaxCount < 0 || request.MaxCount > longestPage {
		return nil, &types.InvalidArgument{InvalidProperty: "maxCount"}
	}
	of := c.session.collectors[request.This.Value]
	found := []types.BaseEvent{}
	all := c.lab.history.events
	for ; of.at < len(all) && len(found) < int(request.MaxCount); of.at++ {
		if c.passes(of.filter, all[of.at]) {
			found = append(found, all[of.at])
		}
	}
	return &types.ReadNextEventsResponse{Returnval: found}, nil
}

func readPreviousEvents(c *call, request *types.ReadPreviousEvents) (*types.ReadPreviousEventsResponse, fault) {
	if request.MaxCount < 0 || request.MaxCount > longestPage {
		return nil, &types.InvalidArgument{InvalidProperty: "maxCount"}
	}
	of := c.session.collectors[request.This.Value]
	found := []types.BaseEvent{}
	all := c.lab.history.events
	for ; of.at > 0 && len(found) < int(request.MaxCount); of.at-- {
		if one := all[of.at-1]; c.passes(of.filter, one) {
			found = append(found, one)
		}
	}
	return &types.ReadPreviousEventsResponse{Returnval: found}, nil
}

// rewindCollector goes to the oldest event, where every collector begins.
func rewindCollector(c *call, request *types.RewindCollector) (*types.RewindCollectorResponse, fault) {
	c.session.collectors[request.This.Value].at = 0
	return &types.RewindCollectorResponse{}, nil
}

// resetCollector goes before the latest page.
func resetCollector(c *call, request *types.ResetCollector) (*types.ResetCollectorResponse, fault) {
	of := c.session.collectors[request.This.Value]
	of.at = c.beforeLatest(of)
	return &types.ResetCollectorResponse{}, nil
}

func (c *call) beforeLatest(of *collector) int {
	all, left := c.lab.history.events, of.page
	at := len(all)
	for ; at > 0 && left > 0; at-- {
		if c.passes(of.filter, all[at-1]) {
			left--
		}
	}
	return at
}

func setCollectorPageSize(c *call, request *types.SetCollectorPageSize) (*types.SetCollectorPageSizeResponse, fault) {
	if request.MaxCount <= 0 || request.MaxCount > longestPage {
		return nil, &types.InvalidArgument{InvalidProperty: "maxCount"}
	}
	c.session.collectors[request.This.Value].page = int(request.MaxCount)
	return &types.SetCollectorPageSizeResponse{}, nil
}

// object shows the latest page, the newest first.
func (of *collector) object(c *call) *mo.EventHistoryCollector {
	made := &mo.EventHistoryCollector{}
	all := c.lab.history.events
	for at := len(all); at > c.beforeLatest(of); at-- {
		if c.passes(of.filter, all[at-1]) {
			made.LatestPage = append(made.LatestPage, all[at-1])
		}
	}
	made.Filter = of.filter
	return made
}

func queryEvents(c *call, request *types.QueryEvents) (*types.QueryEventsResponse, fault) {
	most := int(request.Filter.MaxCount)
	if most <= 0 || most > longestPage {
		most = longestPage
	}
	found := []types.BaseEvent{}
	for _, one := range c.lab.history.events {
		if c.passes(request.Filter, one) {
			found = append(found, one)
		}
	}
	if len(found) > most {
		found = found[len(found)-most:]
	}
	return &types.QueryEventsResponse{Returnval: found}, nil
}

func postEvent(c *call, request *types.PostEvent) (*types.PostEventResponse, fault) {
	if failed := c.need(c.estate.root.Id, "Global.LogEvent"); failed != nil {
		return nil, failed
	}
	c.lab.history.add(
		c.lab, c.user(), request.EventToPost.GetEvent().FullFormattedMessage, request.EventToPost)
	return &types.PostEventResponse{}, nil
}

func logUserEvent(c *call, request *types.LogUserEvent) (*types.LogUserEventResponse, fault) {
	if failed := c.need(request.Entity.Value, "Global.LogEvent"); failed != nil {
		return nil, failed
	}
	entity := c.lab.argument(request.Entity.Value)
	c.lab.history.add(c.lab, c.user(), request.Msg, &types.GeneralUserEvent{
		GeneralEvent: types.GeneralEvent{Message: request.Msg}, Entity: &entity})
	return &types.LogUserEventResponse{}, nil
}

// passes tells whether a filter wants an event, and whether the session may see it.
func (c *call) passes(filter types.EventFilterSpec, event types.BaseEvent) bool {
	common, about := event.GetEvent(), entityOf(event)
	if about != "" && c.estate.entities[about] != nil && !c.sees(about) {
		return false
	}
	if between := filter.Time; between != nil {
		if between.BeginTime != nil && common.CreatedTime.Before(*between.BeginTime) ||
			between.EndTime != nil && common.CreatedTime.After(*between.EndTime) {
			return false
		}
	}
	if of := filter.UserName; of != nil && !ofUser(*of, common.UserName) {
		return false
	}
	if filter.EventChainId != 0 && filter.EventChainId != common.ChainId {
		return false
	}
	if on := filter.Entity; on != nil && !c.concerns(*on, about) {
		return false
	}
	return len(filter.EventTypeId) == 0 || anyType(filter.EventTypeId, event)
}

func ofUser(filter types.EventFilterSpecByUsername, user string) bool {
	for _, one := range filter.UserList {
		if fold(one) == fold(user) {
			return true
		}
	}
	return filter.SystemUser && user == ""
}

func (c *call) concerns(filter types.EventFilterSpecByEntity, about string) bool {
	of := filter.Entity.Value
	switch filter.Recursion {
	case types.EventFilterSpecRecursionOptionSelf:
		return about == of
	case types.EventFilterSpecRecursionOptionChildren:
		one := c.estate.entities[about]
		return one != nil && (one.Parent == of || one.Second == of)
	default:
		return c.estate.below(about, of)
	}
}

// anyType knows a type by its name and with “vim.event.“ before it; an EventEx by its own id.
func anyType(wanted []string, event types.BaseEvent) bool {
	name := reflect.TypeOf(event).Elem().Name()
	if own, is := event.(*types.EventEx); is {
		name = own.EventTypeId
	}
	for _, one := range wanted {
		if strings.TrimPrefix(one, "vim.event.") == name {
			return true
		}
	}
	return false
}

// entityOf is what an event is about, if that is an entity.
func entityOf(event types.BaseEvent) string {
	if about, is := event.(types.BasePermissionEvent); is {
		return about.GetPermissionEvent().Entity.Entity.Value
	}
	if host := event.GetEvent().Host; host != nil {
		return host.Host.Value
	}
	return ""
}
