// SPDX-License-Identifier: Apache-2.0
// Any bytes given as an offline model are read or refused with a code; what was read can be written. An input is a
// choice byte and then a file (even) or only a definition (odd), around which a container without checksum is made:
// a mutator would not find its way through the checksum. Half of the mutations keep a definition readable, so that the
// operators' own checks are reached.
#include "model/om.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "model/attr_code.h"
#include "model/container.h"

namespace {

using namespace softacl;
using namespace softacl::model;

std::string contained(const std::string& definition) {
    const ContainerPlan plan = plan_container({"fuzz", definition.size(), 0, false});
    std::string file = plan.head + definition;
    file[81] = 0;  // no checksum
    return file;
}

void check(const std::string& file) {
    // In a block of its own, so that the sanitizer sees every read beyond it.
    std::shared_ptr<char[]> bytes(new char[file.size()]);
    file.copy(bytes.get(), file.size());
    const auto model = read_om(bytes.get(), file.size(), bytes, "the input");
    if (!model.ok()) {
        if (model.status().code() == 0 || model.status().message().find("the input: ") != 0) {
            std::abort();
        }
        return;
    }
    const std::string path = "/tmp/softacl-fuzz-om-" + std::to_string(::getpid());
    if (write_om(*model, path).ok() && !read_om_file(path).ok()) {
        std::abort();  // what is written is read
    }
    ::unlink(path.c_str());
}

// Changes one thing of a definition that stays readable: an operator's type, what it reads, an attribute, a type.
class DefinitionMutator {
   public:
    explicit DefinitionMutator(unsigned seed) : random_(seed) {}

    void mutate(ge::ModelDef* definition) {
        if (definition->graph_size() == 0 || definition->graph(0).op_size() == 0) {
            return;
        }
        auto* graph = definition->mutable_graph(0);
        auto* op = graph->mutable_op(below(graph->op_size()));
        switch (below(6)) {
            case 0:
                op->set_type(
                    ops::all_ops()[static_cast<size_t>(below(static_cast<int>(ops::all_ops().size())))]->name());
                break;
            case 1: rewire(*graph, op); break;
            case 2: change_attr(op); break;
            case 3: change_desc(op->mutable_output_desc()); break;
            case 4: change_constant(op); break;
            default: repeat(graph, op); break;
        }
    }

   private:
    int below(int count) { return count <= 0 ? 0 : static_cast<int>(random_() % static_cast<unsigned>(count)); }
    int64_t number() {
        constexpr int64_t kNumbers[] = {0,         1,        -1, 2, -2, 3, 4, 5, 7, 16, 1 << 20, int64_t{1} << 40,
                                        INT64_MAX, INT64_MIN};
        return kNumbers[below(std::size(kNumbers))];
    }

    void rewire(const ge::GraphDef& graph, ge::OpDef* op) {
        const auto& producer = graph.op(below(graph.op_size()));
        const std::string source =
            below(8) == 0 ? "" : producer.name() + ":" + std::to_string(below(producer.output_desc_size()));
        if (op->input_size() == 0 || below(3) == 0) {
            op->add_input(source);
        } else if (below(5) == 0) {
            op->mutable_input()->RemoveLast();
        } else {
            op->set_input(below(op->input_size()), source);
        }
    }

    void change_attr(ge::OpDef* op) {
        const ops::OpDef* known = ops::find_op(op->type());
        if (known == nullptr || known->attrs().empty()) {
            return;
        }
        // The declared kind with another value.
        const auto& declared = known->attrs()[static_cast<size_t>(below(static_cast<int>(known->attrs().size())))];
        ge::AttrDef* attr = nullptr;
        for (auto& entry : *op->mutable_attr()) {
            attr = entry.key() == declared.name ? entry.mutable_value() : attr;
        }
        if (attr == nullptr) {
            attr = add_entry(op->mutable_attr(), declared.name);
            (void)encode_attr(declared.value, attr);
        }
        if (attr->has_i()) {
            attr->set_i(number());
        } else if (attr->has_b()) {
            attr->set_b(!attr->b());
        } else if (attr->has_f()) {
            attr->set_f(static_cast<float>(number()));
        } else if (attr->has_list() && attr->list().val_type() == ge::ListValue::INT) {
            change_numbers(attr->mutable_list()->mutable_i());
        } else if (attr->has_s()) {
            constexpr const char* kTexts[] = {"",     "NCHW",  "NHWC",     "reflect", "edge",
                                              "SAME", "VALID", "bilinear", "sum"};
            attr->set_s(kTexts[below(std::size(kTexts))]);
        }
    }

    template <class Numbers>
    void change_numbers(Numbers* numbers) {
        if (numbers->size() == 0 || below(4) == 0) {
            numbers->Add(number());
        } else if (below(4) == 0) {
            numbers->RemoveLast();
        } else {
            numbers->Set(below(numbers->size()), number());
        }
    }

    template <class Descriptors>
    void change_desc(Descriptors* descriptors) {
        if (descriptors->size() == 0 || below(4) == 0) {
            descriptors->Add()->mutable_shape();
        }
        auto* desc = descriptors->Mutable(below(descriptors->size()));
        if (below(2) == 0) {
            desc->set_dtype(static_cast<ge::DataType>(below(32)));
        } else {
            change_numbers(desc->mutable_shape()->mutable_dim());
        }
    }

    // Numbers that operators take as axes, sizes and the like.
    void change_constant(ge::OpDef* op) {
        for (auto& entry : *op->mutable_attr()) {
            if (!entry.value().has_t()) {
                continue;
            }
            ge::ListValue numbers;
            auto* tensor = entry.mutable_value()->mutable_t();
            const size_t count = tensor->data().size() / sizeof(int64_t);
            for (size_t i = 0; i < count && i < 16; ++i) {
                int64_t one = 0;
                tensor->data().copy(reinterpret_cast<char*>(&one), sizeof one, i * sizeof one);
                numbers.add_i(one);
            }
            change_numbers(numbers.mutable_i());
            tensor->set_data(numbers.i().data(), static_cast<size_t>(numbers.i_size()) * sizeof(int64_t));
            auto* desc = tensor->mutable_desc();
            desc->set_dtype(ge::DT_INT64);
            desc->mutable_shape()->clear_dim();
            if (numbers.i_size() != 1 || below(2) == 0) {
                desc->mutable_shape()->add_dim(numbers.i_size());
            }
        }
    }

    // An operator once more, under a name of its own, before the last one.
    void repeat(ge::GraphDef* graph, const ge::OpDef* op) {
        ge::OpDef copy = *op;
        copy.set_name(copy.name() + std::to_string(below(100)));
        *graph->add_op() = copy;
        const int last = graph->op_size() - 1;
        graph->mutable_op()->SwapElements(last, below(last + 1));
    }

    std::mt19937 random_;
};

}  // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
    ge::ModelDef definition;
    if (size > 1 && data[0] % 2 == 1 && seed % 2 == 0 &&
        definition.ParseFromArray(data + 1, static_cast<int>(size - 1))) {
        DefinitionMutator(seed).mutate(&definition);
        const size_t changed = definition.ByteSizeLong();
        if (changed < max_size) {
            definition.SerializeToArray(data + 1, static_cast<int>(changed));
            return changed + 1;
        }
    }
    return LLVMFuzzerMutate(data, size, max_size);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ::setenv("SOFTACL_SKIP_CHECKSUM", "1", 1);
    if (size != 0) {
        const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
        check(data[0] % 2 == 0 ? bytes : contained(bytes));
    }
    return 0;
}
