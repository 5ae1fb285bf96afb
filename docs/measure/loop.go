package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
)

// loop is the simplest program for the job: workers around net/http and a CSV
// writer, without plan, pace, retries or restart.
func loop(base, leavers, results string, workers int) error {
	in, err := os.Open(leavers)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.Create(results)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriter(out)
	records := csv.NewWriter(buffer)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	refs := make(chan string) // sent and closed by the reader below, received by the workers
	var mu sync.Mutex         // guards records and failed
	var failed error
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for ref := range refs {
				status, active, err := suspend(client, base, ref)
				mu.Lock()
				if err != nil {
					failed = err
				}
				_ = records.Write([]string{ref, fmt.Sprint(status), fmt.Sprint(active)}) // records.Error returns the error below
				mu.Unlock()
			}
		})
	}
	lines := bufio.NewScanner(in)
	lines.Scan() // the header
	for lines.Scan() {
		ref, _, _ := strings.Cut(lines.Text(), ",")
		refs <- ref
	}
	close(refs)
	all.Wait()
	records.Flush()
	for _, err := range []error{failed, lines.Err(), records.Error(), buffer.Flush(), out.Close()} {
		if err != nil {
			return err
		}
	}
	return nil
}

func suspend(client *http.Client, base, ref string) (status int, active bool, err error) {
	req, err := http.NewRequest(http.MethodPatch, base+pathOf(ref), bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, false, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(tenant, secret)
	resp, err := client.Do(req)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, false, err
	}
	var user struct {
		Active bool `json:"active"`
	}
	err = json.Unmarshal(text, &user)
	return resp.StatusCode, user.Active, err
}
