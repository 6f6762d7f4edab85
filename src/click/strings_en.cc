#include "click/strings.h"

namespace linkgate::click {
namespace {

constexpr EvidenceText kEvidence[] = {
    {"nothing.known", "Nothing is known about this address: it is on no list of safe or harmful sites."},
    {"feed.listed", "The site is on a list of dangerous sites that your organisation follows."},
    {"scan.pending", "The check has not finished yet."},
    {"check.failed",
     "The check could not be made at this moment. Nothing is known against the site, and nothing for it."},
    {"url.invalid", "The address is not one that a browser understands."},
    {"host.looks_like",
     "The address is spelled so that it can be taken for another name: some of its characters only look like "
     "those."},
    {"host.mixed_scripts",
     "The address mixes letters of different alphabets in one word, as honest ones rarely do."},
    {"list.block", "Your organisation has put this address on its list of blocked sites."},
};

}  // namespace

extern const Strings kEnglish;
const Strings kEnglish = {
    .language = "en",
    .scanning = {"Checking this link",
                 "This takes a few seconds. The page goes on by itself as soon as the answer is here."},
    .suspicious = {"Be careful with this link", "Something about the site behind it looks wrong.",
                   "Blocked: this link looks suspicious"},
    .gated = {"This site hides what it shows",
              "It lets no check see its pages, which is a common trick of fraudulent sites.",
              "Blocked: this site hides what it shows"},
    .unknown = {"Nobody knows this site yet", "It is on no list, good or bad.",
                "Blocked: nobody knows this site yet"},
    .phishing = {"This link leads to a fake site",
                 "Sites like this one steal passwords and payment details. We stopped before it opened.",
                 "Blocked: this link leads to a fake site"},
    .malicious =
        {"This link leads to a harmful site",
         "The site spreads software that takes over computers or locks files. We stopped before it opened.",
         "Blocked: this link leads to a harmful site"},
    .blocked = {"Your organisation warns of this site",
                "It is on the list of sites that are not to be opened from mail.",
                "Your organisation blocks this site"},
    .error = {"This link could not be checked",
              "We cannot say at the moment whether the site is safe. Trying again in a few minutes usually "
              "helps."},
    .error_closed = {"This link could not be checked",
                     "We cannot say at the moment whether the site is safe, so it stays closed. Please try "
                     "again in a few "
                     "minutes."},
    .altered = {"This link was changed on its way",
                "It is not the link that was sent to you, so we do not follow it. Open the original message "
                "and use the "
                "link there."},
    .damaged = {"This link is damaged",
                "A part of it was lost or changed, as happens when links are copied by hand or broken over "
                "two lines. Open "
                "the original message and use the link there."},
    .revoked = {"This link is no longer valid",
                "The protection it was made with has been withdrawn. If you still need the page, ask the "
                "sender for the "
                "address."},
    .not_issued = {"This link was not made here",
                   "It looks like a protected link of this organisation but is not one, so we do not follow "
                   "it. Somebody may "
                   "have made it up."},
    .unopenable = {"This link cannot be opened",
                   "The address in the message is not one that a browser understands."},
    .form = {"This message asked for your input",
             "The form in the message wanted to send what you typed to the site below. Forms in mails are a "
             "common trick, so "
             "nothing was sent."},
    .closed = {"You stayed away from the site", "Nothing was opened. You can close this page now."},
    .reported = {"Thank you for telling us",
                 "Your note that the site is safe has been recorded for the people who look after mail "
                 "security. It does not "
                 "open the site by itself."},
    .submit = {"Report this message?",
               "The message that this link stood in is then looked at by the people who look after mail "
               "security. The link is not opened."},
    .submitted = {"Thank you, the message is reported",
                  "The people who look after mail security will look at it. Nothing was opened, and you can "
                  "close this page."},
    .too_many = {"Too many links at once",
                 "More links were opened from your connection than one person can click. Please wait a "
                 "minute and try again."},
    .used = {"This button was used before", "Please decide again."},
    .about =
        {"This server checks links in mail",
         "Links in mails lead here first, so that they are checked at the moment they are opened. There is "
         "nothing else to see here."},

    .look_at_address = "Look at the address: is it really where you want to go?",
    .stays_closed = "Your organisation keeps such sites closed.",

    .where_it_leads = "The link leads to",
    .where_altered_leads = "Changed as it is, the link names",
    .calm = "Nothing was opened, and you have done nothing wrong.",
    .why = "Why you see this page",
    .go_back = "Go back, do not open it",
    .try_again = "Try again",
    .details = "Details",
    .details_and_report = "Details, or report",
    .details_and_choices = "Details and other choices",
    .full_address = "Full address",
    .received = "Received on",
    .finding = "What the check found",
    .reference = "Reference",
    .report_text =
        "You know this site and are sure that it is safe? Tell the people who look after mail security.",
    .report_button = "Report as safe",
    .submit_text = "The message looks like a trick? Tell the people who look after mail security.",
    .submit_button = "Report this message",
    .continue_text =
        "You can open the site all the same. What happens there is then up to you, and the visit is "
        "recorded.",
    .continue_button = "Open it anyway (not recommended)",
    .continue_in_scan_text = "You can open the site without waiting for the answer. The visit is recorded.",
    .continue_error_text =
        "You can open the site unchecked. Do so only if you expected this message. The visit is recorded.",
    .form_button = "Open this site",
    .form_discarded = "What you typed into the form was not sent and not kept.",
    .not_familiar = "It may look like a site that you know. Its address is a different one.",
    .contact = "Questions? Ask",
    .message_of_organisation = "From your organisation",
    .checking_again = "Checking",
    .stage_looking_up = "Looking the link up",
    .stage_waiting = "Waiting for its turn",
    .stage_fetching = "Fetching the page",
    .stage_opening = "Opening the page in a browser of our own",
    .stage_comparing = "Comparing what others are shown",
    .picture = "This is what is there",
    .footer = "Link protection",
    .evidence = kEvidence,
};

}  // namespace linkgate::click
