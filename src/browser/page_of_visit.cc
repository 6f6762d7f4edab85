#include "browser/page_of_visit.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace linkgate::browser {
namespace {

using verdict::HopKind;
using verdict::Page;

template <typename T>
void append(std::vector<T>& to, std::vector<T>& from, size_t limit) {
  const size_t count = std::min(from.size(), limit - std::min(limit, to.size()));
  std::move(from.begin(), from.begin() + static_cast<ptrdiff_t>(count), std::back_inserter(to));
}

void add_requests(Page& page, const NavigationLog& log) {
  std::vector<verdict::Request> requests = log.requests();
  append(page.requests, requests, kMaxRequests);
}

void fill_from_network(Page& page, const VisitRecord& record) {
  if (record.tabs.empty()) return;
  const NavigationLog& own = *record.tabs[0];
  page.chain = own.chain();
  for (const NavigationLog* tab : record.tabs) {
    add_requests(page, *tab);
    for (const std::string& dialog : tab->dialogs()) {
      if (page.dialogs.size() < kMaxDialogs) page.dialogs.push_back(dialog);
    }
    if (tab == &own) continue;
    for (const verdict::Hop& hop : tab->chain()) {
      if (tab == record.shown) page.chain.push_back(hop);
      if (page.requests.size() < kMaxRequests) page.requests.push_back({hop.url, "popup", hop.status, false});
    }
  }
  page.status = record.shown->status();
  page.media_type = record.shown->media_type();
  page.server_alpn = record.shown->alpn();
  page.certificate = record.shown->certificate();
}

void take_over(Page& page, Snapshot& frame) {
  page.html = std::move(frame.html);
  page.title = std::move(frame.title);
  page.visible_text = std::move(frame.text);
}

// What another frame shows is part of what a person reads.
void add_frame(Page& page, Snapshot& frame) {
  append(page.forms, frame.forms, kMaxForms);
  append(page.links, frame.links, kMaxLinks);
  append(page.frames, frame.frames, kMaxLinks);
  append(page.scripts, frame.scripts, kMaxLinks);
  append(page.images, frame.images, kMaxLinks);
  append(page.inline_scripts, frame.inline_scripts, kMaxInlineScripts);
  if (frame.text.empty() || page.visible_text.size() >= kMaxTextBytes) return;
  if (!page.visible_text.empty()) page.visible_text += '\n';
  page.visible_text += clipped(frame.text, kMaxTextBytes - page.visible_text.size());
}

int status_of(const Page& page, const std::string& url) {
  for (const verdict::Request& request : page.requests) {
    if (request.url == url) return request.status;
  }
  return 0;
}

// The frame that hides the page around it; frames.end() where there is none.
std::vector<Snapshot>::iterator filling_frame(std::vector<Snapshot>& frames) {
  const Snapshot& main = frames[0];
  if (main.frame_share < kFillingShare || main.text.size() > kMaxTextAround) return frames.end();
  return std::find_if(frames.begin() + 1, frames.end(),
                      [&](const Snapshot& frame) { return frame.url == main.largest_frame; });
}

void fill_from_documents(Page& page, std::vector<Snapshot>& frames) {
  if (frames.empty()) return;
  page.is_rendered = true;
  const auto filling = filling_frame(frames);
  if (filling != frames.end()) {
    page.chain.push_back({filling->url, HopKind::kFrame, status_of(page, filling->url)});
    if (filling->title.empty()) filling->title = frames[0].title;
    take_over(page, *filling);
  } else {
    take_over(page, frames[0]);
  }
  for (Snapshot& frame : frames) {
    if (frame.is_cut && page.trouble.empty()) page.trouble = "the page is larger than what is kept of it";
    add_frame(page, frame);
  }
}

}  // namespace

Page page_of(VisitRecord& record, const Downloads& downloads) {
  Page page;
  page.identity = record.identity;
  page.trouble = std::move(record.trouble);
  page.screenshot = std::move(record.screenshot);
  page.favicon = std::move(record.icon);
  fill_from_network(page, record);
  if (page.chain.empty()) page.chain.push_back({record.url, HopKind::kStart, 0});
  fill_from_documents(page, record.frames);
  page.downloads = downloads.measure([&](const std::string& url) {
    for (const NavigationLog* tab : record.tabs) {
      if (std::string type = tab->media_type_of(url); !type.empty()) return type;
    }
    return std::string();
  });
  return page;
}

}  // namespace linkgate::browser
