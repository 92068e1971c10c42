// SPDX-License-Identifier: Apache-2.0
// omrun: runs an offline model on files or made-up data, measures it, and compares its outputs. A client of the public
// C interface only.
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <new>

#include "failure.h"
#include "report.h"
#include "screen.h"
#include "summary.h"

using namespace omrun;

namespace {

enum Exit { kSuccess = 0, kFailure = 1, kDifferent = 3 };

/// Calls `work`; the milliseconds that it took.
template <class Work>
double timed(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

class Runner {
   public:
    explicit Runner(const Options& options)
        : options_(options), session_(options.device, options.config), model_(load()) {}

    Exit run() {
        const Shapes offered = choose_shapes(*model_, options_);
        const std::vector<Item> items = find_items(options_.inputs, model_->inputs());
        model_->make_buffers(options_.output_sizes);
        apply_gear(offered);
        if (!options_.quiet) {
            print_model(options_.model, *model_, offered, options_, report_.load_ms);
        }
        if (!options_.output.empty()) {
            make_folder();
        }
        report_.items = items.size();
        ProgressBar bar(items.size() * options_.loop, options_.quiet);
        Shapes shapes;
        for (size_t i = 0; i < items.size(); ++i) {
            shapes = offered;
            const std::vector<Array> arrays = load_item(items[i], *model_, options_, shapes);
            if (shapes.kind == Shapes::kFree) {
                apply(shapes, *model_);
            }
            for (size_t k = 0; i == 0 && k < options_.warmup; ++k) {
                Timing uncounted;
                run_once(arrays, uncounted);
            }
            std::vector<Array> outputs;
            for (size_t k = 0; k < options_.loop; ++k) {
                outputs = run_once(arrays, report_.timing);
                bar.step(items[i].name);
            }
            keep(items[i], outputs);
        }
        report_.batch = batch_of(shapes);
        return finish(shapes);
    }

   private:
    std::unique_ptr<Model> load() {
        std::unique_ptr<Model> model;
        report_.load_ms = timed([&] { model = std::make_unique<Model>(options_.model); });
        return model;
    }

    void apply_gear(const Shapes& shapes) {
        if (shapes.kind != Shapes::kFree) {
            apply(shapes, *model_);
        }
    }

    void make_folder() const {
        std::error_code error;
        std::filesystem::create_directories(options_.output, error);
        if (error) {
            fail("The folder ", options_.output, " cannot be made: ", error.message(), ".");
        }
    }

    std::vector<Array> run_once(const std::vector<Array>& arrays, Timing& timing) {
        timing.copy_in.push_back(timed([&] {
            for (size_t i = 0; i < arrays.size(); ++i) {
                model_->write_input(i, arrays[i]);
            }
        }));
        timing.execute.push_back(timed([&] { model_->execute(); }));
        std::vector<Array> outputs;
        timing.copy_out.push_back(timed([&] {
            for (size_t i = 0; i < model_->outputs().size(); ++i) {
                outputs.push_back(model_->read_output(i));
            }
        }));
        return outputs;
    }

    /// Writes and compares.
    void keep(const Item& item, const std::vector<Array>& outputs) {
        for (size_t i = 0; i < outputs.size(); ++i) {
            if (!options_.output.empty()) {
                const auto path =
                    std::filesystem::path(options_.output) / text(item.name, "_", i, suffix_of(options_.format));
                write_tensor(path.string(), outputs[i], options_.format);
                report_.files.push_back(path.string());
            }
            if (!options_.golden.empty()) {
                const std::string& name = model_->outputs()[i].name;
                const std::string file = golden_file(options_.golden, item.name, i, outputs.size());
                Comparison result = compare(numbers_of(outputs[i]), read_golden(file, name, outputs[i]),
                                            {options_.atol, options_.rtol, options_.cosine});
                result.item = item.name;
                result.output = name;
                result.golden = file;
                report_.comparisons.push_back(std::move(result));
            }
        }
    }

    int64_t batch_of(const Shapes& shapes) const {
        if (options_.batch_size) {
            return *options_.batch_size;
        }
        const bool has_batch = !shapes.dims.empty() && !shapes.dims[0].empty() && shapes.dims[0][0] > 0;
        return has_batch ? shapes.dims[0][0] : 1;
    }

    Exit finish(const Shapes& shapes) const {
        if (!options_.quiet) {
            print_report(report_, options_);
        }
        if (!options_.summary.empty()) {
            write_summary(options_.summary, options_, *model_, shapes, report_);
        }
        return report_.good() ? kSuccess : kDifferent;
    }

    const Options& options_;
    Report report_;
    Session session_;
    std::unique_ptr<Model> model_;
};

}  // namespace

int main(int argc, char** argv) {
    int status = kSuccess;
    const auto options = parse_options(argc, argv, &status);
    if (!options) {
        return status;
    }
    try {
        return Runner(*options).run();
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "omrun: There is not enough memory.\n");
    } catch (const std::exception& error) {
        std::fprintf(stderr, "omrun: %s\n", error.what());
    }
    return kFailure;
}
