// SPDX-License-Identifier: Apache-2.0
#include "ops/common/attribute_form.h"

#include <algorithm>
#include <deque>

#include "kernels/ref/number.h"
#include "ops/common/adapt.h"

namespace softacl::ops {
namespace {

// The name that something of the base has in the form.
std::string name_in_form(const AttributeForm& form, const std::string& name) {
    for (const auto& rename : form.renames) {
        if (rename.base != nullptr && name == rename.base) {
            return rename.form;
        }
    }
    return name;
}

// The form's input port of a name, by its place in the declaration.
size_t port_of(const OpDef& op, const std::string& name) {
    const auto& ports = op.inputs();
    const auto at = std::find_if(ports.begin(), ports.end(), [&](const Port& port) { return port.name == name; });
    return at == ports.end() ? kNoInput : static_cast<size_t>(at - ports.begin());
}

// The places of a port's tensors in a call: several if their number varies.
std::vector<size_t> places_of(const OpCall& call, size_t port) {
    const auto& ports = call.op->inputs();
    std::vector<size_t> places;
    for (size_t i = 0; i < call.inputs.size(); ++i) {
        if (call.op->input_port(i, call.inputs.size()) == &ports[port]) {
            places.push_back(i);
        }
    }
    return places;
}

template <class Number>
Tensor tensor_of(aclDataType dtype, Shape shape, const std::vector<Number>& numbers) {
    Tensor tensor;
    visit_dtype(dtype, [&](auto tag) {
        using T = typename decltype(tag)::Type;
        std::vector<T> values;
        values.reserve(numbers.size());
        for (const Number number : numbers) {
            values.push_back(kernels::converted<T>(number));
        }
        tensor = Tensor::of<T>(std::move(shape), values);
    });
    return tensor;
}

Result<Tensor> tensor_of(const OpCall& call, const std::string& name, const Attr& attr, const DTypes& taken,
                         std::optional<aclDataType> like) {
    const bool is_index = !taken.contains(ACL_FLOAT);
    like = is_index ? std::nullopt : like;
    const aclDataType whole = like.value_or(taken.contains(ACL_INT64) ? ACL_INT64 : ACL_INT32);
    const aclDataType real = like.value_or(ACL_FLOAT);
    Tensor value;
    if (const auto* number = std::get_if<int64_t>(&attr)) {
        value = tensor_of<int64_t>(whole, {}, {*number});
    } else if (const auto* list = std::get_if<Ints>(&attr)) {
        value = tensor_of<int64_t>(whole, {static_cast<int64_t>(list->size())}, *list);
    } else if (const auto* fraction = std::get_if<float>(&attr)) {
        value = tensor_of<float>(real, {}, {*fraction});
    } else if (const auto* fractions = std::get_if<Floats>(&attr)) {
        value = tensor_of<float>(real, {static_cast<int64_t>(fractions->size())}, *fractions);
    } else if (const auto* flag = std::get_if<bool>(&attr)) {
        value = Tensor::scalar(*flag);
    } else if (const auto* tensor = std::get_if<Tensor>(&attr)) {
        value = *tensor;
    } else if (const auto* lists = std::get_if<IntLists>(&attr)) {
        Ints flat;
        const size_t width = lists->empty() ? 0 : lists->front().size();
        for (const Ints& row : *lists) {
            if (row.size() != width) {
                return call.fail("the attribute ", name, " has lists of ", width, " and of ", row.size(),
                                 " numbers; expected one length");
            }
            flat.insert(flat.end(), row.begin(), row.end());
        }
        value = tensor_of<int64_t>(whole, {static_cast<int64_t>(lists->size()), static_cast<int64_t>(width)}, flat);
    }
    if (value.data() == nullptr) {
        return call.fail("the attribute ", name, " (", kind_of(attr), ") cannot become a tensor of ",
                         name_of(like.value_or(ACL_DT_UNDEFINED)));
    }
    return value;
}

// A call of the base. It points into itself and into the form's call.
struct BaseCall {
    BaseCall() = default;
    BaseCall(const BaseCall&) = delete;
    BaseCall& operator=(const BaseCall&) = delete;

    // The sentence that names the form's operator instead of the base's.
    Status renamed(const OpCall& form, const Status& status) const {
        const std::string place = call.place();
        const std::string& message = status.message();
        return message.compare(0, place.size(), place) == 0 ? form.fail(message.substr(place.size())) : status;
    }

    OpCall call;
    std::deque<Tensor> values;    // of attributes
    std::vector<size_t> sources;  // of each input: the form's input, or none
};

Status fill_base_call(const AttributeForm& form, const OpCall& call, BaseCall& base) {
    const OpDef* op = find_op(form.base);
    if (op == nullptr) {
        return call.fail("there is no operator ", form.base);
    }
    std::optional<aclDataType> like;
    if (form.like != nullptr) {
        const size_t port = port_of(*call.op, form.like);
        const auto places = port == kNoInput ? std::vector<size_t>{} : places_of(call, port);
        if (!places.empty() && call.has_input(places.front())) {
            like = call.inputs[places.front()]->dtype;
        }
    }
    base.call.op = op;
    base.call.name = call.name;
    const auto add = [&](const TensorType* type, const Tensor* value, size_t source) {
        base.call.inputs.push_back(type);
        base.call.constants.push_back(value);
        base.call.layouts.push_back(source == kNoInput ? kernels::Layout{} : call.layout(source));
        base.sources.push_back(source);
    };
    for (const Port& port : op->inputs()) {
        const std::string name = name_in_form(form, port.name);
        const Attr* attr = call.attrs.find(name);
        if (attr != nullptr) {
            SOFTACL_ASSIGN(Tensor value, tensor_of(call, name, *attr, port.dtypes, like));
            base.values.push_back(std::move(value));
            add(&base.values.back().type(), &base.values.back(), kNoInput);
            continue;
        }
        const size_t own = port_of(*call.op, name);
        if (own == kNoInput) {
            add(nullptr, nullptr, kNoInput);
            continue;
        }
        for (const size_t place : places_of(call, own)) {
            add(call.inputs[place], call.constant(place), place);
        }
    }
    for (const AttrDef& attr : op->attrs()) {
        if (const Attr* value = call.attrs.find(name_in_form(form, attr.name))) {
            base.call.attrs.set(attr.name, *value);
        }
    }
    base.call.outputs.resize(call.outputs.size());
    return base.renamed(call, op->complete(base.call));
}

// The base's kernel, which gets the attributes' values beside the form's inputs.
class FormKernel final : public kernels::Kernel {
   public:
    FormKernel(kernels::KernelPtr inner, const OpCall& call, const BaseCall& base)
        : inner_(std::move(inner)), sources_(base.sources), pointers_(sources_.size()) {
        name = inner_->name;
        is_view = inner_->is_view;
        packed_bytes = inner_->packed_bytes;
        scratch_bytes = inner_->scratch_bytes;
        output_layouts = inner_->output_layouts;
        output_layouts.resize(call.outputs.size());
        input_layouts.resize(call.inputs.size());
        packs_input.resize(call.inputs.size());
        inner_->input_layouts.resize(sources_.size());
        inner_->packs_input.resize(sources_.size());
        inner_->places_input.resize(inner_->places_input.empty() ? 0 : sources_.size());
        places_input.resize(inner_->places_input.empty() ? 0 : call.inputs.size());
        bool packs_a_value = false;
        for (size_t i = 0; i < sources_.size(); ++i) {
            const size_t source = sources_[i];
            if (source == kNoInput) {
                values_.push_back(base.call.constant(i) == nullptr ? Tensor() : *base.call.constant(i));
                packs_a_value = packs_a_value || inner_->packs_input[i];
                continue;
            }
            values_.emplace_back();
            input_layouts[source] = inner_->input_layouts[i];
            packs_input[source] = inner_->packs_input[i];
            if (!places_input.empty()) {
                places_input[source] = inner_->places_input[i];
            }
            if (inner_->reuses_input == i) {
                reuses_input = source;
            }
        }
        pack_key = packs_a_value ? "" : inner_->pack_key;
    }

    Status pack(const std::vector<const void*>& constants, void* packed) override {
        collect(constants.data(), true);
        return inner_->pack(pointers_, packed);
    }

    Status run(const Buffers& buffers) override {
        collect(buffers.inputs, false);
        Buffers inner_buffers = buffers;
        inner_buffers.inputs = pointers_.data();
        return inner_->run(inner_buffers);
    }

   private:
    void collect(const void* const* inputs, bool packed) {
        for (size_t i = 0; i < sources_.size(); ++i) {
            const bool wanted = inner_->packs_input[i] == packed;
            pointers_[i] = !wanted ? nullptr : sources_[i] == kNoInput ? values_[i].data() : inputs[sources_[i]];
        }
    }

    kernels::KernelPtr inner_;
    std::vector<size_t> sources_;
    std::vector<Tensor> values_;
    std::vector<const void*> pointers_;
};

}  // namespace

Status infer_attribute_form(const AttributeForm& form, OpCall& call) {
    BaseCall base;
    SOFTACL_TRY(fill_base_call(form, call, base));
    call.outputs = base.call.outputs;
    return {};
}

Status largest_attribute_form(const AttributeForm& form, OpCall& call) {
    BaseCall base;
    SOFTACL_TRY(fill_base_call(form, call, base));
    SOFTACL_TRY(base.renamed(call, base.call.op->largest()(base.call)));
    call.outputs = base.call.outputs;
    return {};
}

Result<kernels::KernelPtr> make_attribute_form_kernel(const AttributeForm& form, size_t kernel, const OpCall& call) {
    BaseCall base;
    SOFTACL_TRY(fill_base_call(form, call, base));
    auto made = base.call.op->kernels()[kernel].make(base.call);
    if (!made.ok()) {
        return base.renamed(call, made.status());
    }
    if ((*made)->is_view && (base.sources.empty() || base.sources.front() != 0)) {
        return call.fail("a view of an attribute is not possible");
    }
    kernels::KernelPtr fitted = std::make_unique<FormKernel>(std::move(*made), call, base);
    return fitted;
}

std::vector<size_t> value_inputs_of_form(const AttributeForm& form, const OpDef& base, const OpDef& op) {
    std::vector<size_t> found;
    for (const size_t input : base.value_inputs()) {
        const size_t own = port_of(op, name_in_form(form, base.inputs()[input].name));
        if (own != kNoInput) {
            found.push_back(own);
        }
    }
    return found;
}

}  // namespace softacl::ops
