"""A private Postfix and Dovecot on loopback, beside the system's own and without touching them."""
import contextlib
import imaplib
import os
import pathlib
import shutil
import smtplib
import subprocess

from .process import free_port, port_open, wait_until

SBIN = "/usr/sbin"

DOVECOT = """
protocols = imap lmtp
base_dir = {d}/run
state_dir = {d}/state
instance_name = linkgate-test
log_path = {d}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{d}/mail/%u
mail_uid = nobody
mail_gid = nogroup
first_valid_uid = 1
default_process_limit = 200
mail_max_userip_connections = 100
recipient_delimiter = +
auth_master_user_separator = *
passdb {{
  driver = static
  args = password={master_password}
  master = yes
}}
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={d}/mail/%u
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
}}
"""

MASTER = """
127.0.0.1:{port}   inet  n - n - -     smtpd
pickup             unix  n - n 60 1    pickup
cleanup            unix  n - n - 0     cleanup
qmgr               unix  n - n 5 1     qmgr
rewrite            unix  - - n - -     trivial-rewrite
bounce             unix  - - n - 0     bounce
defer              unix  - - n - 0     bounce
trace              unix  - - n - 0     bounce
verify             unix  - - n - 1     verify
flush              unix  n - n 1000? 0 flush
proxymap           unix  - - n - -     proxymap
smtp               unix  - - n - -     smtp
relay              unix  - - n - -     smtp
showq              unix  n - n - -     showq
error              unix  - - n - -     error
retry              unix  - - n - -     error
discard            unix  - - n - -     discard
local              unix  - n n - -     local
virtual            unix  - n n - -     virtual
lmtp               unix  - - n - -     lmtp
anvil              unix  - - n - 1     anvil
scache             unix  - - n - 1     scache
postlog            unix-dgram n - n - 1 postlogd
"""

MAIN = """
compatibility_level = 3.6
queue_directory = {d}/spool
data_directory = {d}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.corp.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
virtual_mailbox_domains = {domains}
virtual_transport = lmtp:inet:127.0.0.1:{next}
alias_maps =
alias_database =
maillog_file = {d}/mail.log
maillog_file_prefixes = {d}
lmtp_send_xforward_command = yes
lmtp_connect_timeout = 10s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
queue_run_delay = 2s
smtpd_client_connection_count_limit = 0
message_size_limit = 52428800
smtpd_recipient_restrictions = permit_mynetworks, reject
{extra}
"""


def need_root():
    if os.geteuid() != 0:
        raise SystemExit("a private Postfix needs root (its master process changes users): run this with sudo")


class Dovecot:
    """LMTP in, IMAP out; every user exists, any password does, and USER*zap with MASTER_PASSWORD opens USER's mailbox."""

    MASTER_PASSWORD = "of-the-test"

    def __init__(self, folder):
        need_root()
        self.folder = pathlib.Path(folder) / "dovecot"
        self.lmtp_port, self.imap_port = free_port(), free_port()
        for name in ("mail", "run", "state"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "mail").chmod(0o777)
        self.config = self.folder / "dovecot.conf"
        self.config.write_text(DOVECOT.format(d=self.folder, lmtp=self.lmtp_port, imap=self.imap_port, master_password=self.MASTER_PASSWORD))

    def start(self):
        subprocess.run([f"{SBIN}/dovecot", "-c", self.config], check=True)
        wait_until("Dovecot's LMTP", lambda: port_open(self.lmtp_port))
        wait_until("Dovecot's IMAP", lambda: port_open(self.imap_port))
        return self

    def stop(self):
        subprocess.run(["doveadm", "-c", str(self.config), "stop"], check=False, capture_output=True)

    def messages(self, user, folder="INBOX"):
        """All messages of a mailbox, as bytes, in order."""
        with imaplib.IMAP4("127.0.0.1", self.imap_port) as imap:
            imap.login(user, "any")
            if imap.select(folder, readonly=True)[0] != "OK":
                return []
            numbers = imap.search(None, "ALL")[1][0].split()
            if not numbers:
                return []
            answer = imap.fetch(b",".join(numbers), "(BODY.PEEK[])")[1]
            return [part[1] for part in answer if isinstance(part, tuple)]

    def files(self, user):
        """The maildir files of a user's inbox, new and read: quick to count."""
        box = self.folder / "mail" / user
        return [p for d in ("new", "cur") if (box / d).is_dir() for p in sorted((box / d).iterdir())]


class Postfix:
    """SMTP in; what it accepts for `domains` goes to the LMTP port `next_port`."""

    def __init__(self, folder, next_port, domains="corp.test", extra="", name="postfix", master=""):
        need_root()
        self.folder = pathlib.Path(folder) / name
        self.port = free_port()
        for part in ("etc", "spool", "data"):
            (self.folder / part).mkdir(parents=True)
        shutil.chown(self.folder / "data", "postfix")
        self.etc = self.folder / "etc"
        self.etc.joinpath("main.cf").write_text(MAIN.format(d=self.folder, next=next_port, domains=domains, extra=extra))
        self.etc.joinpath("master.cf").write_text(MASTER.format(port=self.port) + master)
        for part in ("postfix-files", "dynamicmaps.cf"):
            if pathlib.Path("/etc/postfix", part).exists():
                shutil.copy(f"/etc/postfix/{part}", self.etc)

    def start(self):
        done = subprocess.run([f"{SBIN}/postfix", "-c", str(self.etc), "start"], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"Postfix did not start: {done.stderr}")
        wait_until("Postfix's SMTP", lambda: port_open(self.port))
        return self

    def stop(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run([f"{SBIN}/postfix", "-c", str(self.etc), "stop"], check=False, capture_output=True, timeout=30)

    def flush(self):
        subprocess.run([f"{SBIN}/postqueue", "-c", str(self.etc), "-f"], check=False, capture_output=True)

    def queue(self):
        """Queue ids that are still waiting."""
        done = subprocess.run([f"{SBIN}/postqueue", "-c", str(self.etc), "-j"], capture_output=True, text=True, check=False)
        return [line for line in done.stdout.splitlines() if line.strip()]

    def log(self):
        path = self.folder / "mail.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def send(self, sender, recipients, message):
        with smtplib.SMTP("127.0.0.1", self.port, timeout=60) as smtp:
            smtp.sendmail(sender, recipients, message, mail_options=["BODY=8BITMIME"])
