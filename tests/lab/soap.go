package main

import (
	"bytes"
	"encoding/xml"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
	vimxml "github.com/vmware/govmomi/vim25/xml"
)

// call is one request in the hands of its method.
type call struct {
	lab     *lab
	estate  *estate
	session *session // none before the login
	this    types.ManagedObjectReference
	method  string
	request *http.Request
	cookie  string // to set, if a login made one
}

// fault is what a method ends with instead of an answer.
type fault = types.BaseMethodFault

// withoutLogin may be called by anybody who reaches the server.
var withoutLogin = set{
	"RetrieveServiceContent": true, "Login": true, "CurrentTime": true,
}

var typeOf = types.TypeFunc()

// vimType finds a type by its name, whatever prefix a client gives its namespace.
func vimType(name string) (reflect.Type, bool) {
	if colon := strings.LastIndex(name, ":"); colon >= 0 {
		name = name[colon+1:]
	}
	return typeOf(name)
}

func (l *lab) soap(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	method, err := simulator.UnmarshalBody(vimType, body)
	name := ""
	if err == nil {
		name = method.Name
	}
	c := &call{lab: l, request: r, method: name}
	var trouble trouble
	var failed fault
	var text []byte
	l.alone(func() {
		trouble = l.mischief.next(name, l)
		c.estate = l.estate
		var answer interface{}
		switch {
		case err != nil:
			failed = &types.InvalidRequest{}
		case trouble.fault != nil:
			failed = trouble.fault
		default:
			c.this, c.session = method.This, l.sessionOf(r)
			answer, failed = c.dispatch(method.Body)
		}
		text = envelope(name, answer, failed)
	})
	if c.cookie != "" {
		w.Header().Set("Set-Cookie", c.cookie)
	}
	status := http.StatusOK
	if failed != nil {
		status = http.StatusInternalServerError
	}
	trouble.write(w, r, status, "text/xml; charset=utf-8", text)
}

// dispatch calls the method of that name, whose argument has the request's very type.
func (c *call) dispatch(body interface{}) (interface{}, fault) {
	if c.session == nil && !withoutLogin[c.method] {
		return nil, &types.NotAuthenticated{
			NoPermission: types.NoPermission{Object: c.this, PrivilegeId: "System.View"},
		}
	}
	method, known := methods[c.method]
	if !known {
		return nil, &types.MethodNotFound{Receiver: c.this, Method: c.method}
	}
	if !c.exists(c.this) {
		return nil, &types.ManagedObjectNotFound{Obj: c.this}
	}
	results := reflect.ValueOf(method).Call([]reflect.Value{reflect.ValueOf(c), reflect.ValueOf(body)})
	if failed, _ := results[1].Interface().(fault); failed != nil {
		return nil, failed
	}
	return results[0].Interface(), nil
}

// methods are those that the lab has, by the name in the request.
var methods = map[string]interface{}{}

func serve(some map[string]interface{}) {
	for name, method := range some {
		methods[name] = method
	}
}

const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
	`<soapenv:Envelope xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/"` +
	` xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"` +
	` xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
	` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` + "\n<soapenv:Body>\n"
const tail = "\n</soapenv:Body>\n</soapenv:Envelope>"

// envelope writes an answer or a fault.
func envelope(method string, answer interface{}, failed fault) []byte {
	var out bytes.Buffer
	out.WriteString(head)
	if failed != nil {
		writeFault(&out, failed)
	} else {
		write(&out, method+"Response", "urn:vim25", "", answer)
	}
	out.WriteString(tail)
	return out.Bytes()
}

func writeFault(out *bytes.Buffer, failed fault) {
	kind := reflect.TypeOf(failed).Elem().Name()
	out.WriteString("<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>")
	_ = xml.EscapeText(out, []byte(kind))
	out.WriteString("</faultstring><detail>")
	write(out, kind+"Fault", "urn:vim25", kind, failed)
	out.WriteString("</detail></soapenv:Fault>")
}

func write(out *bytes.Buffer, name, space, kind string, value interface{}) {
	start := vimxml.StartElement{Name: vimxml.Name{Local: name}}
	start.Attr = append(start.Attr, vimxml.Attr{Name: vimxml.Name{Local: "xmlns"}, Value: space})
	if kind != "" {
		start.Attr = append(
			start.Attr, vimxml.Attr{Name: vimxml.Name{Local: "xsi:type"}, Value: kind})
	}
	encoder := vimxml.NewEncoder(out)
	if err := encoder.EncodeElement(value, start); err != nil {
		panic(err)
	}
	_ = encoder.Flush()
}
