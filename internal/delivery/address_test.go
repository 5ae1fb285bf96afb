package delivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

const token = "T0ken/B0x%41"

func TestAnAddressIsHTTPSOrInsideANetwork(t *testing.T) {
	for text, want := range map[string]error{
		"https://hooks.example.com/" + token:                   nil,
		"https://hooks.example.com:8443/x?key=" + token:        nil,
		"HTTPS://hooks.example.com/":                           nil,
		"http://localhost:9091/" + token:                       nil,
		"http://127.0.0.1:9091":                                nil,
		"http://[::1]:9091":                                    nil,
		"http://10.1.2.3/":                                     nil,
		"http://[fd00::1]/":                                    nil,
		"http://pushgateway:9091":                              nil,
		"http://pushgateway.monitoring.svc:9091":               nil,
		"http://pushgateway.monitoring.svc.cluster.local:9091": nil,
		"http://metrics.internal./":                            nil,

		"http://hooks.example.com/" + token:        ErrOpen,
		"http://8.8.8.8/" + token:                  ErrOpen,
		"http://svc.example.com/" + token:          ErrOpen,
		"http://notsvc.com/" + token:               ErrOpen,
		"http://local.example/" + token:            ErrOpen,
		"ftp://localhost/" + token:                 ErrOpen,
		"https://hooks.example.com/x#" + token:     ErrFragment,
		"hooks.example.com/" + token:               ErrMalformed,
		"https:///" + token:                        ErrMalformed,
		"https:" + token:                           ErrMalformed,
		"https://hooks.example.com/%zz" + token:    ErrMalformed,
		"https://us er:" + token + "@example.com/": ErrMalformed,
		token: ErrMalformed,
		"":    ErrMalformed,
	} {
		_, err := ParseAddress(text)
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: got %v, want %v", text, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "T0ken") {
			t.Errorf("%s: the error has the token: %v", text, err)
		}
	}
}

func TestAnAddressShowsOnlyItsHost(t *testing.T) {
	a, err := ParseAddress("https://me:T0ken@hooks.example.com:8443/T0ken?key=T0ken")
	if err != nil {
		t.Fatal(err)
	}
	//lint:ignore SA9005 it has nothing to show, which is tested
	asJSON, _ := json.Marshal(a)
	for _, text := range []string{a.String(), fmt.Sprint(a), fmt.Sprint(&a), fmt.Sprintf("%+v %#v %q", a, a, a), string(asJSON), (&Error{To: a, Err: errors.New("T0ken")}).Error(), fmt.Sprintf("%v", []Address{a})} {
		if strings.Contains(text, "T0ken") {
			t.Errorf("the token is in %s", text)
		}
	}
	if a.String() != "https://hooks.example.com:8443" || a.URL() != "https://hooks.example.com:8443/T0ken?key=T0ken" || !a.HasUser() || !a.HasQuery() {
		t.Errorf("got %s and %s", a, a.URL())
	}
	if name, password := a.User(); name != "me" || password != "T0ken" {
		t.Errorf("the user is %s, %s", name, password)
	}
}
