#pragma once
// Columns of tables that Defender does not have, for schema.cc.

#include "events/shared_columns.h"

namespace linkgate::events {

inline constexpr Column kUserSubmissions[] = {
    kTenantId,
    kTimeGenerated,
    {"SubmissionId", ColumnType::kString, "the submission, a UUID: what `linkgate submission` takes"},
    {"Source", ColumnType::kString, "how it was reported, one of Page, Mailbox"},
    {"Category", ColumnType::kString, "as what it was reported, one of Phish, Clean"},
    {"ReportedBy", ColumnType::kString,
     "who reported it: the recipient that the link was sealed for, or the sender of the report"},
    {"IsVerified", ColumnType::kBool,
     "whether it is known who reported it: a sealed link, a sender that our MTA or DMARC vouch for"},
    kNetworkMessageId,
    {"RecipientEmailAddress", ColumnType::kString, "whose copy of the message it is"},
    {"Url", ColumnType::kString, "the link; empty where the report names none that was sealed"},
    {"Subject", ColumnType::kString, "of the report; empty for one from a page"},
    {"IPAddress", ColumnType::kString, "client that reported, of a page"},
    {"ReportId", ColumnType::kString, "the click on whose page it was reported, else the submission"},
    kSourceSystem,
    kType,
    kIsBillable,
    kBilledSize,
    kTimestamp,
};

}  // namespace linkgate::events
