// SPDX-License-Identifier: Apache-2.0
// Prints what Netron's own reader finds in offline models: node netron_om.mjs NETRON_FOLDER FILE...; one JSON per line.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, ...files] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(path.join(folder, name)).href);
const base = await load('base.js');
const { ModelFactory } = await load('om.js');

// The little of Netron's application that its reader asks for.
class Context {
    constructor(file) {
        this.stream = new base.BinaryStream(new Uint8Array(fs.readFileSync(file)));
    }
    set(type, value) {
        this.type = type;
        this.value = value;
        return type;
    }
    require(name) {
        return load(`${name}.js`);
    }
    metadata(name) {
        const types = new Map(JSON.parse(fs.readFileSync(path.join(folder, name))).map((type) => [type.name, type]));
        return { type: (type) => types.get(type) || { name: type } };
    }
}

const plain = (value) => JSON.parse(JSON.stringify(value, (_, item) => typeof item === 'bigint' ? Number(item) : item));

const describeValue = (value) => ({
    name: value.name,
    type: value.type ? value.type.toString() : null,
    weights: value.initializer && value.initializer.values ? Buffer.from(value.initializer.values).toString('hex') : null
});

const describeArguments = (list) => list.map((item) => ({ name: item.name, values: item.value.map(describeValue) }));

for (const file of files) {
    const context = new Context(file);
    const factory = new ModelFactory();
    if (await factory.match(context) !== 'om') {
        throw new Error(`Netron does not take ${file} for an offline model`);
    }
    const model = await factory.open(context);
    console.log(JSON.stringify({
        format: model.format,
        graphs: model.modules.map((graph) => ({
            name: graph.name,
            nodes: graph.nodes.map((node) => ({
                name: node.name,
                type: node.type.name,
                inputs: describeArguments(node.inputs),
                outputs: describeArguments(node.outputs),
                attributes: Object.fromEntries(node.attributes.map((item) => [item.name, plain(item.value)]))
            }))
        }))
    }));
}
