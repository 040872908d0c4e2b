package main

import (
	"reflect"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// viewed are the properties for which System.View is enough; all others of an entity need
// System.Read. From the type information of pyVmomi, by type and its supertypes.
var viewed = map[string]string{
	"ManagedEntity": "name parent customValue declaredAlarmState effectiveRole tag" +
		" triggeredAlarmState",
	"Datacenter":                "datastoreFolder hostFolder networkFolder vmFolder",
	"ComputeResource":           "datastore host network resourcePool",
	"Folder":                    "childEntity childType",
	"HostSystem":                "datastore datastoreBrowser network",
	"ResourcePool":              "owner resourcePool vm",
	"VirtualApp":                "parentFolder datastore network",
	"VirtualMachine":            "datastore network",
	"HostAccessManager":         "lockdownMode",
	"OptionManager":             "setting supportedOption",
	"HostAuthenticationManager": "info supportedStore",
}

// privilegeFor is what reading a property needs.
func privilegeFor(kind, path string) string {
	top := strings.SplitN(path, ".", 2)[0]
	for at := kind; at != ""; at = bases[at] {
		if among(strings.Fields(viewed[at]), top) {
			return "System.View"
		}
	}
	if among(strings.Fields(viewed["ManagedEntity"]), top) {
		return "System.View"
	}
	return "System.Read"
}

// property reads one path of an object; “known“ is false where its type has no such property,
// and the value is nil where it is unset.
func property(object interface{}, path string) (value interface{}, known bool) {
	at := reflect.ValueOf(object)
	for _, name := range strings.Split(path, ".") {
		for at.Kind() == reflect.Ptr || at.Kind() == reflect.Interface {
			if at.IsNil() {
				return nil, true // as far as there is a value, the path was right
			}
			at = at.Elem()
		}
		if at.Kind() != reflect.Struct {
			return nil, false
		}
		if at, known = field(at, name); !known {
			return nil, false
		}
	}
	return wrapped(at), true
}

// field finds a field by its name in the API, in embedded structures too.
func field(at reflect.Value, name string) (reflect.Value, bool) {
	kind := at.Type()
	for number := 0; number < kind.NumField(); number++ {
		one := kind.Field(number)
		tag := first(one.Tag.Get("mo"), strings.SplitN(one.Tag.Get("xml"), ",", 2)[0])
		if tag == name && !one.Anonymous {
			return at.Field(number), true
		}
	}
	for number := 0; number < kind.NumField(); number++ {
		if kind.Field(number).Anonymous && at.Field(number).Kind() == reflect.Struct {
			if found, known := field(at.Field(number), name); known {
				return found, true
			}
		}
	}
	return reflect.Value{}, false
}

// names are all properties of an object.
func names(kind reflect.Type) []string {
	found := []string{}
	for number := 0; number < kind.NumField(); number++ {
		one := kind.Field(number)
		if one.Anonymous && one.Type.Kind() == reflect.Struct {
			found = append(found, names(one.Type)...)
		} else if tag := one.Tag.Get("mo"); tag != "" {
			found = append(found, tag)
		}
	}
	return found
}

// wrapped is a value as the property collector sends it: lists in a type of their own.
func wrapped(at reflect.Value) interface{} {
	for at.Kind() == reflect.Ptr || at.Kind() == reflect.Interface {
		if at.IsNil() {
			return nil
		}
		at = at.Elem()
	}
	switch at.Kind() {
	case reflect.Bool, reflect.Int32, reflect.Int64:
		return at.Interface()
	case reflect.Slice:
		if at.Len() == 0 {
			return nil
		}
		return list(at)
	default:
		if at.IsZero() {
			return nil
		}
		return at.Interface()
	}
}

func list(at reflect.Value) interface{} {
	element := at.Type().Elem()
	name := element.Name()
	switch {
	case element.Kind() == reflect.Interface: // types.BaseEvent and its like
		name = strings.TrimPrefix(name, "Base")
	case element.Kind() == reflect.String && element.PkgPath() == "":
		name = "String"
	case element.Kind() == reflect.Int32:
		name = "Int"
	}
	kind, known := typeOf("ArrayOf" + name)
	if !known {
		return at.Interface()
	}
	made := reflect.New(kind).Elem()
	made.Field(0).Set(at)
	return made.Interface()
}

// references are those that a property holds, one or many.
func references(value interface{}) []types.ManagedObjectReference {
	switch held := value.(type) {
	case types.ManagedObjectReference:
		return []types.ManagedObjectReference{held}
	case types.ArrayOfManagedObjectReference:
		return held.ManagedObjectReference
	default:
		return nil
	}
}
