package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// order is one command: what to do, and with what.
type order struct {
	Do      string          `json:"do"`
	Estate  estateFile      `json:"estate"`
	Options json.RawMessage `json:"options"`
}

// answer is what a command is answered with.
type answer map[string]interface{}

// obey does what is asked until there is nothing more to read.
func (l *lab) obey(input io.Reader, output io.Writer) {
	asked, answers := json.NewDecoder(input), json.NewEncoder(output)
	for {
		var line json.RawMessage
		if asked.Decode(&line) != nil {
			return
		}
		_ = answers.Encode(l.command(line))
	}
}

func (l *lab) command(line []byte) answer {
	var asked order
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{"error": err.Error()}
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	found, err := l.do(asked)
	if err != nil {
		return answer{"error": err.Error()}
	}
	return found
}

func (l *lab) do(asked order) (answer, error) {
	switch asked.Do {
	case "load":
		given := defaults()
		if len(asked.Options) > 0 {
			if err := json.Unmarshal(asked.Options, &given); err != nil {
				return nil, err
			}
		}
		return answer{}, l.load(asked.Estate, given)
	default:
		return nil, fmt.Errorf("no such command: %q", asked.Do)
	}
}
