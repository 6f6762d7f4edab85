# For Dovecot's sieve_before: what the gateway marks as junk goes to the Junk folder.
require ["fileinto", "mailbox"];
if header :is "X-Spam-Flag" "YES" {
  fileinto :create "Junk";
}
