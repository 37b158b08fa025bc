// Command tlog judges notes and proofs with the libraries of the Go project.
//
// It reads a JSON array of cases from standard input and writes a JSON array of
// verdicts: an empty string for each case that holds, and what is wrong otherwise.
// It shares no code with what it judges.
package main

import (
	"encoding/json"
	"errors"
	"log"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A testCase is one claim. Kind says which fields matter; hashes are base64.
type testCase struct {
	Kind    string      `json:"kind"`
	Vkey    string      `json:"vkey"`
	Note    string      `json:"note"`
	Old     int64       `json:"old"`
	OldRoot tlog.Hash   `json:"old_root"`
	Size    int64       `json:"size"`
	Root    tlog.Hash   `json:"root"`
	Index   int64       `json:"index"`
	Entry   string      `json:"entry"`
	Proof   []tlog.Hash `json:"proof"`
}

func (c testCase) judge() error {
	switch c.Kind {
	case "note":
		verifier, err := note.NewVerifier(c.Vkey)
		if err != nil {
			return err
		}
		_, err = note.Open([]byte(c.Note), note.VerifierList(verifier))
		return err
	case "inclusion":
		leaf := tlog.RecordHash([]byte(c.Entry))
		return tlog.CheckRecord(c.Proof, c.Size, c.Root, c.Index, leaf)
	case "consistency":
		return tlog.CheckTree(c.Proof, c.Size, c.Root, c.Old, c.OldRoot)
	case "tile":
		path := tlog.Tile{H: 8, L: int(c.Old), N: c.Index, W: int(c.Size)}.Path()
		if path != c.Entry {
			return errors.New(path)
		}
		return nil
	}
	return errors.New("unknown kind " + c.Kind)
}

func main() {
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		log.Fatal(err)
	}
	verdicts := make([]string, len(cases))
	for i, c := range cases {
		if err := c.judge(); err != nil {
			verdicts[i] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(verdicts); err != nil {
		log.Fatal(err)
	}
}
