#include "core/cli/serve/live_server.hpp"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/random.h>

#include <cmath>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/cli/running_text.hpp"
#include "core/cli/serve/host_name.hpp"
#include "core/cli/serve/live.hpp"
#include "core/figures/figure_json.hpp"
#include "core/report/page_asset.hpp"
#include "core/system/file.hpp"
#include "core/text/json_numbers.hpp"
#include "core/text/rounded.hpp"

namespace qklab {

namespace {

using Json = nlohmann::ordered_json;

std::string random_token() {
  unsigned char bytes[16];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) throw Error("the system gives no random numbers");
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

// Takes the same time wherever they differ.
bool same(const std::string& a, const std::string& b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

std::string page_with(const std::string& token) {
  constexpr std::string_view marker = "{{token}}";
  std::string page(page_asset("live.html"));
  for (std::size_t at; (at = page.find(marker)) != std::string::npos;) page.replace(at, marker.size(), token);
  return page;
}

std::string all_of(std::initializer_list<std::string_view> assets) {
  std::string text;
  for (const std::string_view name : assets) text += std::string(page_asset(name)) + '\n';
  return text;
}

Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json trial_json(const RunningTrial& trial) {
  Json told = Json::array();
  for (const ToldMetric& each : trial.told)
    told.push_back({{"name", each.name},
                    {"last", rounded(each.last, 4)},
                    {"step", json_numbers(each.step)},
                    {"value", json_numbers(each.value)}});
  return {{"trial", trial_name(trial.id)}, {"about", trial.about}, {"step", trial.step}, {"of", trial.of},
          {"left", number(trial.left)},    {"told", told}};
}

std::string state_json(const LiveState& state, const Experiment& experiment) {
  Json failures = Json::array(), plots = Json::array(), trials = Json::array();
  for (const RunningTrial& trial : state.running) trials.push_back(trial_json(trial));
  for (const Store::Failure& failure : state.failures)
    failures.push_back({{"trial", trial_name(failure.id)},
                        {"status", name_of(failure.status)},
                        {"message", failure.message},
                        {"params", failure.params}});
  for (const auto& plot : state.plots) plots.push_back(figure_json(*plot.figure, experiment, plot.data));
  const Json document = {{"name", state.name},
                         {"writer", state.writer},
                         {"finished", state.finished},
                         {"total", state.total},
                         {"failed", state.counts.failed},
                         {"diverged", state.counts.diverged},
                         {"rate", number(state.rate)},
                         {"eta", number(state.eta_seconds)},
                         {"running", running_text(state.running)},
                         {"trials", trials},
                         {"failures", failures},
                         {"report", state.has_report},
                         {"palette", palette_json()},
                         {"plots", plots}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

struct LiveServer::Impl {
  explicit Impl(const std::string& directory_) : directory(directory_), view(directory_) {}

  // Looked at by one thread, and not more often than the store can bear. A look at a large store takes seconds, which
  // nobody waits for who can be told what was seen before.
  std::string state() {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds patience{400};
    std::unique_lock lock(mutex);
    if (!looking && Clock::now() >= next_look) {
      if (looker.joinable()) looker.join();  // it has ended
      looking = true;
      looker = std::thread([this] { look(); });
    }
    const auto ended = [this] { return !looking; };
    if (json.empty() && trouble.empty())
      looked.wait(lock, ended);
    else
      looked.wait_for(lock, patience, ended);
    if (!trouble.empty()) throw Error(trouble);
    return json;
  }

  void look() {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    std::string seen, failure;
    try {
      seen = state_json(view.look(true), *view.loaded().config.experiment);
    } catch (const std::exception& error) {
      failure = error.what();
    }
    const std::lock_guard lock(mutex);
    if (failure.empty()) json = std::move(seen);
    trouble = std::move(failure);
    next_look =
        Clock::now() + std::max<Clock::duration>(std::chrono::milliseconds(500), 4 * (Clock::now() - begin));
    looking = false;
    looked.notify_all();
  }

  ~Impl() {
    if (looker.joinable()) looker.join();
  }

  void refuse(httplib::Response& response, int status, const std::string& why) const {
    response.status = status;
    response.set_content(why + "\n", "text/plain; charset=utf-8");
  }

  bool admits(const httplib::Request& request, httplib::Response& response) const {
    if (request.method != "GET") {
      refuse(response, 405, "only GET is answered");
      response.set_header("Allow", "GET");
      return false;
    }
    // A page of another site whose name was made to point here sends that name. The port says nothing: a
    // tunnel may have another one at its other end.
    if (request.get_header_value_count("Host") != 1 || !serves(request.get_header_value("Host"), host)) {
      refuse(response, 403,
             fmt::format("this name is not served here; open the link with localhost, an address or {} in it",
                         host));
      return false;
    }
    if (!request.has_param("token") || !same(request.get_param_value("token"), token)) {
      refuse(response, 403, "the link is not complete: use the one that qklab serve printed");
      return false;
    }
    return true;
  }

  void set_up() {
    server.set_default_headers(
        {{"Cache-Control", "no-store"},
         {"Referrer-Policy", "no-referrer"},
         {"X-Content-Type-Options", "nosniff"},
         {"X-Frame-Options", "DENY"},
         {"Content-Security-Policy",
          "default-src 'none'; img-src data:; script-src 'self'; style-src 'self'; connect-src 'self'; "
          "base-uri 'none'; form-action 'none'"}});
    server.set_payload_max_length(1024);
    server.set_read_timeout(std::chrono::seconds(5));
    server.set_write_timeout(std::chrono::seconds(5));
    // A connection holds a thread until it has said what it wants, or for the time above. There are enough of them that
    // dozens of silent ones keep nobody waiting, and a viewer's is not kept between requests.
    constexpr std::size_t connections = 96;
    server.new_task_queue = [] { return new httplib::ThreadPool(connections); };
    server.set_keep_alive_max_count(1);
    server.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return admits(request, response) ? httplib::Server::HandlerResponse::Unhandled
                                       : httplib::Server::HandlerResponse::Handled;
    });
    server.Get("/", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(page_with(token), "text/html; charset=utf-8");
    });
    server.Get("/live.js", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(all_of({"ticks.js", "uPlot.iife.min.js", "base.js", "chart.js", "curves.js",
                                   "paths.js", "cells.js", "figures.js", "live.js"}),
                           "text/javascript; charset=utf-8");
    });
    server.Get("/live.css", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(all_of({"uPlot.min.css", "theme.css", "figures.css", "live.css"}),
                           "text/css; charset=utf-8");
    });
    server.Get("/report", [this](const httplib::Request&, httplib::Response& response) {
      const std::string file = directory + "/report.html";
      if (!std::filesystem::is_regular_file(file))
        return refuse(response, 404,
                      "no report.html yet: it is written when the run has ended, or by qklab report");
      // Its scripts stand within it, and it says itself that it loads nothing.
      response.headers.erase("Content-Security-Policy");  // that of all other answers
      response.set_header("Content-Security-Policy",
                          "default-src 'none'; img-src data: blob:; script-src 'unsafe-inline'; style-src "
                          "'unsafe-inline'; base-uri 'none'; form-action 'none'");
      response.set_content(read_file(file), "text/html; charset=utf-8");
    });
    server.Get("/state", [this](const httplib::Request&, httplib::Response& response) {
      try {
        response.set_content(state(), "application/json");
      } catch (const std::exception& error) {
        refuse(response, 503, error.what());
      }
    });
  }

  std::string directory;
  LiveView view;
  httplib::Server server;
  std::string token = random_token(), link;
  std::string host;  // listened at
  std::mutex mutex;  // of what follows
  std::condition_variable looked;
  bool looking = false;
  std::thread looker;
  std::string json, trouble;  // of the last look; `trouble`: why it failed
  std::chrono::steady_clock::time_point next_look;
};

LiveServer::LiveServer(const std::string& directory, const std::string& host, int port)
    : impl_(std::make_unique<Impl>(directory)) {
  impl_->set_up();
  // Another user's process must not be able to listen beside us.
  impl_->server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  const int bound = port == 0 ? impl_->server.bind_to_any_port(host) : port;
  if (bound < 0 || (port != 0 && !impl_->server.bind_to_port(host, port)))
    throw Error(fmt::format(
        "{}:{}: cannot be listened at; is the port taken, or the address not this machine's?", host, port));
  const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
  impl_->host = host;
  impl_->link = fmt::format("http://{}:{}/?token={}", shown, bound, impl_->token);
}

LiveServer::~LiveServer() = default;

const std::string& LiveServer::link() const { return impl_->link; }

void LiveServer::run(const std::atomic<bool>& stop) {
  std::thread listener([this] { impl_->server.listen_after_bind(); });
  while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  impl_->server.stop();
  listener.join();
}

}  // namespace qklab
