package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// TestTheCronJobRunsACommandThatThisProgramTakes runs what the manifest runs.
// It gets as far as the secret, which is not here.
func TestTheCronJobRunsACommandThatThisProgramTakes(t *testing.T) {
	f, err := os.Open("../../samples/kubernetes/cronjob.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var args []string
	for d := yaml.NewDecoder(f); ; {
		var document yaml.Node
		if err := d.Decode(&document); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		args = append(args, find(&document, "args")...)
	}
	out, _ := exec.Command("offboard", args...).CombinedOutput()
	if want := "--api-secret-file: open /run/secrets/offboard/thrive-api-secret: no such file"; !strings.Contains(string(out), want) {
		t.Errorf("offboard %s\nsays: %swant: %s", strings.Join(args, " "), out, want)
	}
}

// find returns the list under a key, wherever that stands.
func find(n *yaml.Node, key string) []string {
	var list []string
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == key {
			_ = child.Decode(&list) // not a list of texts: nothing found
			return list
		}
		if list = find(child, key); list != nil {
			return list
		}
	}
	return nil
}
