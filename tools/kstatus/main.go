// kstatus says of Kubernetes objects what tools that wait for them say: `kubectl get -o json ... | kstatus`, with --watch and
// --output-watch-events too. One line of JSON for each object, in the order of the input.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/cli-utils/pkg/kstatus/status"
)

type line struct {
	Kind            string        `json:"kind"`
	Name            string        `json:"name"`
	ResourceVersion string        `json:"resourceVersion"`
	Status          status.Status `json:"status"`
	Message         string        `json:"message"`
}

func main() {
	out := json.NewEncoder(os.Stdout)
	if err := run(json.NewDecoder(bufio.NewReader(os.Stdin)), out); err != nil {
		fmt.Fprintln(os.Stderr, "kstatus:", err)
		os.Exit(1)
	}
}

func run(in *json.Decoder, out *json.Encoder) error {
	for {
		var value map[string]any
		if err := in.Decode(&value); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := tell(value, out); err != nil {
			return err
		}
	}
}

// tell writes what a watch event, a list or an object says.
func tell(value map[string]any, out *json.Encoder) error {
	if items, ok := value["items"].([]any); ok {
		for _, item := range items {
			if err := tellObject(item, false, out); err != nil {
				return err
			}
		}
		return nil
	}
	if object, ok := value["object"]; ok {
		return tellObject(object, value["type"] == "DELETED", out)
	}
	return tellObject(value, false, out)
}

func tellObject(value any, gone bool, out *json.Encoder) error {
	// Once more through the decoder of apimachinery, which reads integers as kstatus expects them.
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var object unstructured.Unstructured
	if err := object.UnmarshalJSON(text); err != nil {
		return err
	}
	told := line{Kind: object.GetKind(), Name: object.GetName(), ResourceVersion: object.GetResourceVersion()}
	if gone {
		// What kstatus' own poller makes of an object that the server doesn't have.
		told.Status, told.Message = status.NotFoundStatus, "Resource not found"
		return out.Encode(told)
	}
	result, err := status.Compute(&object)
	if err != nil {
		return fmt.Errorf("%s %s: %w", told.Kind, told.Name, err)
	}
	told.Status, told.Message = result.Status, result.Message
	return out.Encode(told)
}
