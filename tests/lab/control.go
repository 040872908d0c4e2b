package main

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// order is one command: what to do, with what, and when, if not at once.
//
//	load          estate, options: serve another estate; everything else is forgotten
//	damage        damage, at: let the answer to a call go wrong
//	permit        permission, user: add or replace, with the event that it is
//	forbid        permission, user: remove
//	remove_role   role, user: with all its permissions
//	move          entity, parent, second_parent
//	rename        entity, name
//	remove        entity, with all below it
//	add           new: an entity
//	host          host, with: how a host is set from now on
//	event         event, ago: an event that happened so many seconds ago
//	forget_events keeps none
//	forget_checks begins the recorder of privileges anew
//	clock         seconds: how much the clock is wrong
//	expire        ends all sessions
//	deny          refuse: properties that nobody may read
//	hide          entity, below: entities that nobody sees
//	endless       pages that never end
//	lie           lie: what the lab says of what somebody may do
//	option        options: change some
//	calls         answers what was called so far
//	clear         undoes damage, deny, hide, endless and lie, and forgets the calls
type order struct {
	Do         string          `json:"do"`
	At         *plan           `json:"at"`
	Estate     estateFile      `json:"estate"`
	Options    json.RawMessage `json:"options"`
	Damage     damage          `json:"damage"`
	Permission permission      `json:"permission"`
	User       string          `json:"user"`
	Role       int32           `json:"role"`
	Entity     string          `json:"entity"`
	Parent     string          `json:"parent"`
	Second     string          `json:"second_parent"`
	Name       string          `json:"name"`
	New        *entity         `json:"new"`
	With       json.RawMessage `json:"with"`
	Event      posted          `json:"event"`
	Ago        int             `json:"ago"`
	Seconds    int             `json:"seconds"`
	Refuse     refusal         `json:"refuse"`
	Below      bool            `json:"below"`
	Lie        untruth         `json:"lie"`
}

// answer is what a command is answered with.
type answer map[string]interface{}

// obey does what is asked until there is nothing more to read.
func (l *lab) obey(input io.Reader, output io.Writer) {
	asked, answers := json.NewDecoder(input), json.NewEncoder(output)
	for {
		var line order
		switch err := asked.Decode(&line); {
		case err == io.EOF:
			return
		case err != nil:
			_ = answers.Encode(answer{"error": err.Error()})
			return
		}
		_ = answers.Encode(l.command(line))
	}
}

func (l *lab) command(asked order) answer {
	told := answer{}
	l.alone(func() {
		found, err := l.do(asked)
		if told = found; err != nil {
			told = answer{"error": err.Error()}
		}
	})
	return told
}

// do obeys at once, or plans it for a call to come.
func (l *lab) do(asked order) (answer, error) {
	if at := asked.At; at != nil {
		asked.At = nil
		at.order = asked
		if at.Call < 1 {
			at.Call = 1
		}
		if at.Times < 1 {
			at.Times = 1
		}
		l.mischief.plans = append(l.mischief.plans, at)
		return answer{}, nil
	}
	obeys, known := orders[asked.Do]
	if !known {
		return nil, fmt.Errorf("no such command")
	}
	return obeys(l, asked)
}

var orders map[string]func(*lab, order) (answer, error)

func init() {
	orders = map[string]func(*lab, order) (answer, error){
		"load": (*lab).ordersLoad, "permit": (*lab).permit, "forbid": (*lab).forbid,
		"remove_role": (*lab).removeRole, "move": (*lab).move, "rename": (*lab).rename,
		"remove": (*lab).removeEntity, "add": (*lab).addEntity, "host": (*lab).setHost,
		"event": (*lab).postEvent, "option": (*lab).setOption,
		"calls": func(l *lab, _ order) (answer, error) {
			return answer{"calls": l.mischief.calls, "sessions": len(l.sessions)}, nil
		},
		"clear": func(l *lab, _ order) (answer, error) {
			l.mischief, l.estate.hidden = mischief{}, set{}
			return answer{}, nil
		},
		"forget_events": func(l *lab, _ order) (answer, error) {
			l.history.events = nil
			for _, one := range l.sessions {
				one.collectors = map[string]*collector{}
			}
			return answer{}, nil
		},
		"forget_checks": func(l *lab, _ order) (answer, error) {
			l.recorder = recorder{generation: l.recorder.generation + 1}
			return answer{}, nil
		},
		"clock": func(l *lab, asked order) (answer, error) {
			l.skew = time.Duration(asked.Seconds) * time.Second
			return answer{}, nil
		},
		"expire": func(l *lab, _ order) (answer, error) {
			l.idle()
			return answer{}, nil
		},
		"deny": func(l *lab, asked order) (answer, error) {
			l.mischief.refused = append(l.mischief.refused, asked.Refuse)
			return answer{}, l.known(asked.Refuse.Entity)
		},
		"hide": (*lab).hide,
		"endless": func(l *lab, _ order) (answer, error) {
			l.mischief.endless = true
			return answer{}, nil
		},
		"lie": func(l *lab, asked order) (answer, error) {
			l.mischief.lies = append(l.mischief.lies, asked.Lie)
			return answer{}, nil
		},
	}
}

func (l *lab) ordersLoad(asked order) (answer, error) {
	given := defaults()
	if len(asked.Options) > 0 {
		if err := json.Unmarshal(asked.Options, &given); err != nil {
			return nil, err
		}
	}
	return answer{}, l.load(asked.Estate, given)
}

func (l *lab) setOption(asked order) (answer, error) {
	return answer{}, json.Unmarshal(asked.Options, &l.options)
}

// hide makes entities vanish for everybody, but not for what is computed of them.
func (l *lab) hide(asked order) (answer, error) {
	for _, one := range l.estate.order {
		if one.Id == asked.Entity || asked.Below && l.estate.below(one.Id, asked.Entity) {
			l.estate.hidden[one.Id] = true
		}
	}
	return answer{}, l.known(asked.Entity)
}

func (l *lab) known(entity string) error {
	if l.estate.entities[entity] == nil {
		return fmt.Errorf("there is no entity %q", entity)
	}
	return nil
}
