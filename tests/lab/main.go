// A vCenter for tests: SOAP and REST over TLS, with the authorization that the documentation
// describes, an estate that it is given, and misbehaviour on demand.
//
// It prints its address as HOST:PORT, then obeys one JSON command a line on its standard input and
// answers each with a line. It ends with its input, so that it never outlives whoever started it.
// The default user's password comes from the environment, not the command line.
package main

import (
	"bytes"
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	certificate := flag.String("certificate", "", "PEM file of the certificate")
	key := flag.String("key", "", "PEM file of its key")
	user := flag.String("user", "", "the user who may do everything")
	flag.Parse()
	// Whoever started it is interrupted as well, and may want to log out.
	signal.Ignore(os.Interrupt, syscall.SIGTERM)

	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	lab := newLab(*user, os.Getenv("LAB_PASSWORD"))
	server := &http.Server{
		Handler:   lab.routes(),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}},
		// No HTTP/2: misbehaviour takes the connection over.
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		ErrorLog:     log.New(quiet{}, "", 0),
	}
	go func() { log.Fatal(server.ServeTLS(listener, "", "")) }()
	fmt.Println(listener.Addr())
	lab.obey(os.Stdin, os.Stdout)
}

// quiet drops what the HTTP server says of clients that hang up, which is what many a test is
// about, and lets our own mistakes be seen.
type quiet struct{}

func (quiet) Write(text []byte) (int, error) {
	if bytes.Contains(text, []byte("panic")) {
		return os.Stderr.Write(text)
	}
	return len(text), nil
}
