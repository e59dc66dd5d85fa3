// Command cosign hands log checkpoints to a C2SP tlog-witness, one after the other, and verifies what it answers.
//
//	cosign URL LOG-VKEY WITNESS-VKEY REQUEST...
//
// Each REQUEST is a file with the body of add-checkpoint. Before each one the same body is sent with a flipped bit in
// its signature, with a flipped bit in its proof, and with a wrong old size: the witness has to refuse these.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
)

const replyBytesMax = 64 << 10

// A cosignature of another time than this is not one of now.
const clockDriftMax = 5 * time.Minute

var http10s = http.Client{Timeout: 10 * time.Second}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cosign:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) < 4 {
		return fmt.Errorf("usage: cosign URL LOG-VKEY WITNESS-VKEY REQUEST...")
	}
	log, err := note.NewVerifier(args[1])
	if err != nil {
		return err
	}
	witness, err := torchwood.NewCosignatureVerifier(args[2])
	if err != nil {
		return err
	}
	for _, path := range args[3:] {
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		request, err := parse(body)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := refuses(args[0], request); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := cosigns(args[0], request, log, witness); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// A request of add-checkpoint, in its parts.
type request struct {
	old   string
	proof []string
	note  []byte
}

func parse(body []byte) (request, error) {
	head, signed, found := bytes.Cut(body, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	old, is := strings.CutPrefix(lines[0], "old ")
	if !found || !is {
		return request{}, fmt.Errorf("no request of add-checkpoint")
	}
	return request{old, lines[1:], signed}, nil
}

func (r request) body() []byte {
	lines := append([]string{"old " + r.old}, r.proof...)
	return append([]byte(strings.Join(lines, "\n")+"\n\n"), r.note...)
}

// cosigns sends a request, and verifies the note with the witness's lines at its end.
func cosigns(url string, r request, log note.Verifier, witness *torchwood.CosignatureVerifier) error {
	status, _, lines, err := post(url, r.body())
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("the witness answers %d %q", status, lines)
	}
	opened, err := note.Open(append(bytes.Clone(r.note), lines...), note.VerifierList(log, witness))
	if err != nil {
		return err
	}
	checkpoint, err := torchwood.ParseCheckpoint(opened.Text)
	if err != nil {
		return err
	}
	for _, line := range opened.Sigs {
		if line.Name != witness.Name() || line.Hash != witness.KeyHash() {
			continue
		}
		seconds, err := torchwood.CosignatureTimestamp(line)
		if err != nil {
			return err
		}
		if age := time.Since(time.Unix(seconds, 0)).Abs(); age > clockDriftMax {
			return fmt.Errorf("a cosignature of another time, %v away", age)
		}
		fmt.Printf("%s has cosigned %s at size %d, after %s\n", witness.Name(), checkpoint.Origin, checkpoint.N, r.old)
		return nil
	}
	return fmt.Errorf("no line of %s in the answer", witness.Name())
}

// refuses sends what must not be cosigned.
func refuses(url string, good request) error {
	forged := good
	forged.note = flipped(good.note, bytes.LastIndex(good.note, []byte("\n\n"))+2)
	if err := refusesWith(url, forged, "a signature with a flipped bit", http.StatusForbidden); err != nil {
		return err
	}
	late := good
	late.old = good.old + "1"
	if err := refusesWith(url, late, "an old size above the new one", http.StatusBadRequest, http.StatusConflict); err != nil {
		return err
	}
	if len(good.proof) == 0 {
		return nil
	}
	unproved := good
	unproved.proof = append([]string{}, good.proof...)
	unproved.proof[0] = string(flipped([]byte(good.proof[0]), 0))
	if err := refusesWith(url, unproved, "a proof with a flipped bit", http.StatusUnprocessableEntity); err != nil {
		return err
	}
	early := good
	early.old = "0"
	early.proof = nil
	status, kind, body, err := post(url, early.body())
	if err != nil {
		return err
	}
	if status != http.StatusConflict || kind != "text/x.tlog.size" || string(body) != good.old+"\n" {
		return fmt.Errorf("to an old size of 0 the witness answers %d %s %q", status, kind, body)
	}
	return nil
}

func refusesWith(url string, r request, what string, statuses ...int) error {
	status, _, body, err := post(url, r.body())
	if err != nil {
		return err
	}
	for _, one := range statuses {
		if status == one {
			return nil
		}
	}
	return fmt.Errorf("to %s the witness answers %d %q", what, status, body)
}

// flipped changes a base64 letter of the line that begins at from: of the last word there, behind the key's id.
func flipped(text []byte, from int) []byte {
	changed := bytes.Clone(text)
	end := len(changed)
	if newline := bytes.IndexByte(changed[from:], '\n'); newline >= 0 {
		end = from + newline
	}
	at := from + bytes.LastIndexByte(changed[from:end], ' ') + 12
	if changed[at] == 'A' {
		changed[at] = 'B'
	} else {
		changed[at] = 'A'
	}
	return changed
}

func post(url string, body []byte) (status int, kind string, reply []byte, err error) {
	answer, err := http10s.Post(url+"/add-checkpoint", "text/plain", bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	defer answer.Body.Close()
	reply, err = io.ReadAll(io.LimitReader(answer.Body, replyBytesMax))
	return answer.StatusCode, answer.Header.Get("Content-Type"), reply, err
}
