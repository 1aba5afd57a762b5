package live

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-imap"
	"github.com/emersion/go-imap/client"
	"github.com/stretchr/testify/require"
)

// patience is how long something that must happen may take on a slow machine.
const patience = 60 * time.Second

// server is a Cyrus server with a store of its own, in a temporary directory.
type server struct {
	dir  string
	lock string // mboxname_lockpath
	addr string
}

const imapdConf = `configdirectory: %[1]s/conf
partition-default: %[1]s/spool
defaultpartition: default
mboxname_lockpath: %[1]s/lock
hashimapspool: yes
unixhierarchysep: yes
altnamespace: no
virtdomains: no
admins: cyrus
cyrus_user: %[2]s
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN
allowplaintext: yes
idlesocket: %[1]s/run/idle
notifysocket: %[1]s/run/notify
lmtpsocket: %[1]s/run/lmtp
`

const cyrusConf = `START {
  recover cmd="ctl_cyrusdb -C %[1]s/imapd.conf -r"
}
SERVICES {
  imap cmd="imapd -C %[1]s/imapd.conf" listen="%[2]s" prefork=0 maxchild=50
}
EVENTS {
}
`

// findMaster returns the path of Cyrus's master, or skips the test, loudly.
func findMaster(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/lib/cyrus/bin/master", "/usr/libexec/cyrus-imapd/master", "/usr/cyrus/libexec/master"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	const reason = "SKIPPED: no Cyrus server here, so nothing shows that nslock and Cyrus exclude each other; " +
		"install it with: apt-get install -y --no-install-recommends cyrus-imapd"
	fmt.Fprintln(os.Stderr, "nslock: live: "+reason)
	t.Skip(reason)
	return ""
}

// startServer starts a server that ends with the test.
func startServer(t *testing.T) *server {
	t.Helper()
	master := findMaster(t)
	dir, err := os.MkdirTemp("", "nslock-live-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &server{dir: dir, lock: filepath.Join(dir, "lock"), addr: l.Addr().String()}
	require.NoError(t, l.Close())
	who := "cyrus"
	if os.Geteuid() != 0 {
		u, err := user.Current()
		require.NoError(t, err)
		who = u.Username
	}
	for _, sub := range []string{"conf", "spool", "lock", "run"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, sub), 0o755))
	}
	imapd, cyrus := filepath.Join(dir, "imapd.conf"), filepath.Join(dir, "cyrus.conf")
	require.NoError(t, os.WriteFile(imapd, fmt.Appendf(nil, imapdConf, dir, who), 0o644))
	require.NoError(t, os.WriteFile(cyrus, fmt.Appendf(nil, cyrusConf, dir, s.addr), 0o644))
	if os.Geteuid() == 0 {
		giveTo(t, dir, who)
	}
	var output bytes.Buffer
	cmd := exec.Command(master, "-C", imapd, "-M", cyrus, "-p", filepath.Join(dir, "run/master.pid"))
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		// The master's own process group: its services end with it.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		_ = cmd.Wait()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", s.addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, patience, 50*time.Millisecond, "the server does not listen: %s", &output)
	return s
}

// giveTo makes the tree at dir the user's.
func giveTo(t *testing.T, dir, name string) {
	t.Helper()
	u, err := user.Lookup(name)
	require.NoError(t, err)
	uid, err := strconv.Atoi(u.Uid)
	require.NoError(t, err)
	gid, err := strconv.Atoi(u.Gid)
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, uid, gid)
	}))
}

// login returns an IMAP session of a user; any password will do.
func (s *server) login(t *testing.T, name string) *client.Client {
	t.Helper()
	c, err := client.Dial(s.addr)
	require.NoError(t, err)
	c.ErrorLog = log.New(io.Discard, "", 0) // it complains of its own Terminate
	t.Cleanup(func() { _ = c.Terminate() })
	require.NoError(t, c.Authenticate(plain{name}))
	return c
}

// plain is SASL PLAIN.
type plain struct{ user string }

func (p plain) Start() (string, []byte, error) {
	return "PLAIN", []byte("\x00" + p.user + "\x00x"), nil
}

func (p plain) Next([]byte) ([]byte, error) { return nil, fmt.Errorf("PLAIN has one step") }

// addUser creates a user's inbox, which the other users may use as their own.
func (s *server) addUser(t *testing.T, admin *client.Client, name string, friends ...string) {
	t.Helper()
	require.NoError(t, admin.Create("user/"+name))
	for _, f := range friends {
		cmd := &imap.Command{Name: "SETACL", Arguments: []any{imap.RawString(`"user/` + name + `"`), imap.RawString(f), imap.RawString("lrswipkxtea")}}
		status, err := admin.Execute(cmd, nil)
		require.NoError(t, err)
		require.NoError(t, status.Err())
	}
}

// mailbox returns the uniqueid and the index file of a user's inbox. There is one mailbox for a
// user, so its index is the one that is new since the last user was added.
func (s *server) mailbox(t *testing.T, name string) (uniqueid, index string) {
	t.Helper()
	out, err := exec.Command(s.tool(t, "mbpath"), "-C", filepath.Join(s.dir, "imapd.conf"), "user/"+name).CombinedOutput()
	require.NoError(t, err, "%s", out)
	path := strings.TrimSpace(string(out))
	index = filepath.Join(path, "cyrus.index")
	_, err = os.Stat(index)
	require.NoError(t, err)
	return filepath.Base(path), index
}

func (s *server) tool(t *testing.T, name string) string {
	t.Helper()
	return filepath.Join(filepath.Dir(findMaster(t)), name)
}

// count returns how many messages a mailbox has, by IMAP.
func count(t *testing.T, c *client.Client, mailbox string) uint32 {
	t.Helper()
	st, err := c.Status(mailbox, []imap.StatusItem{imap.StatusMessages})
	require.NoError(t, err)
	return st.Messages
}

// add appends a message.
func add(c *client.Client, mailbox, subject string) error {
	text := "From: a@example.com\r\nTo: b@example.com\r\nSubject: " + subject + "\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <" +
		subject + "@example.com>\r\n\r\nbody\r\n"
	return c.Append(mailbox, nil, time.Time{}, strings.NewReader(text))
}

// fetchAll returns the connection of a session that has asked for all mail of its inbox, has read
// only the beginning.
func (s *server) fetchAll(t *testing.T, name string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4096))
	login := base64.StdEncoding.EncodeToString([]byte("\x00" + name + "\x00x"))
	answers := bufio.NewReaderSize(conn, 16)
	expect := func(want string) {
		for {
			line, err := answers.ReadString('\n')
			require.NoError(t, err)
			if strings.Contains(line, want) {
				return
			}
		}
	}
	expect("* OK") // the server drops what comes before it has answered
	for _, step := range []struct{ command, answer string }{
		{"a AUTHENTICATE PLAIN " + login, "a OK"},
		{"b SELECT INBOX", "b OK"},
		{"c FETCH 1:* BODY.PEEK[]", " FETCH ("},
	} {
		_, err = fmt.Fprintf(conn, "%s\r\n", step.command)
		require.NoError(t, err)
		expect(step.answer)
	}
	return conn
}
