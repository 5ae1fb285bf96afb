package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"strconv"

	"offboard/pkg/thrivetest"
)

// serveTenant serves a tenant with so many users, of whom the last have the refs of
// leavers, and every tenth manages others.
func serveTenant(users int) error {
	options := thrivetest.Options{Users: make([]thrivetest.User, users)}
	for i := range options.Users {
		options.Users[i] = thrivetest.User{
			Ref: refOf(users - 1 - i), FirstName: "Ada", LastName: "Lovelace", Email: fmt.Sprintf("ada.lovelace.%d@example.com", i),
			LastLogin: "2024-06-01T08:00:00.000Z", ManagerRef: refOf(i / 10),
			AdditionalFields: map[string]string{"department": "Analytical Engines", "site": "London"},
		}
	}
	server := thrivetest.New(options)
	web := httptest.NewServer(server)
	defer web.Close()
	fmt.Println(web.URL)
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(statistics{Calls: server.Stats().Reads})
}

// check measures a plan that asks a tenant of 100,000 users about its leavers.
func check(b *bench) error {
	const users = 100_000
	for _, c := range []struct {
		leavers int
		flag    string
		calls   float64
	}{{5000, "--check", 100}, {50, "--check", 52}, {50, "--check-full", 100}} {
		input, err := b.leavers(c.leavers)
		if err != nil {
			return err
		}
		server, err := startServer("serve-tenant", strconv.Itoa(users))
		if err != nil {
			return err
		}
		var peaks, times sample
		for range b.runs {
			u, err := measure(b.dir, []string{"OFFBOARD_API_SECRET=" + secret}, b.offboard,
				"plan", input, c.flag, "--base-url", server.address, "--tenant", tenant, "--rate", "0", "--progress", "none")
			if err != nil {
				return err
			}
			peaks, times = append(peaks, float64(u.peak)/1024), append(times, u.wall.Seconds())
		}
		stats, err := server.stop()
		if err != nil {
			return err
		}
		what := fmt.Sprintf("`plan %s` of %d leavers in a tenant of %d users: ", c.flag, c.leavers, users)
		b.atMost(what+"calls", sample{float64(stats.Calls / b.runs)}, c.calls, 0, "")
		b.atMost(what+"peak memory", peaks, 64, 0, " MiB")
		b.show(what+"time", times, 2, " s")
	}
	return nil
}
