// A simulated vCenter, or host without one, on loopback: govmomi's simulator with our certificate and credentials.
//
// Prints its address as HOST:PORT, then serves until its standard input ends, so that it never
// outlives whoever started it. The password comes from the environment, not the command line.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"

	"github.com/vmware/govmomi/simulator"
)

func main() {
	model := simulator.VPX()
	host := flag.Bool("esx", false, "a single host without a vCenter")
	certificate := flag.String("certificate", "", "PEM file of the certificate")
	key := flag.String("key", "", "PEM file of its key")
	saved := flag.String("load", "", "a folder of govc object.save to serve, whatever the sizes")
	user := flag.String("user", "collector@vsphere.local", "the only user who can log in")
	for name, size := range map[string]*int{
		"datacenters": &model.Datacenter, "clusters": &model.Cluster, "hosts": &model.ClusterHost,
		"standalone-hosts": &model.Host, "machines": &model.Machine, "pools": &model.Pool,
		"vapps": &model.App, "folders": &model.Folder, "datastores": &model.Datastore,
		"portgroups": &model.Portgroup, "pods": &model.Pod,
	} {
		flag.IntVar(size, name, *size, "how many "+name)
	}
	flag.Parse()
	if *host {
		model = simulator.ESX()
	}

	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		log.Fatal(err)
	}
	if *saved == "" {
		err = model.Create()
	} else {
		err = model.Load(*saved)
	}
	if err != nil {
		log.Fatal(err)
	}
	defer model.Remove()
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	model.Service.Listen = &url.URL{
		Host: "127.0.0.1:0",
		User: url.UserPassword(*user, os.Getenv("VCSIM_PASSWORD")),
	}
	server := model.Service.NewServer()
	defer server.Close()

	fmt.Println(server.URL.Host)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
