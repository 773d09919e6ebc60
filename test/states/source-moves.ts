import ts from 'typescript';
import { moveFulfillment } from '../../src/books/orders/fulfillments';
import { moveOrder } from '../../src/books/orders/orders';
import { filesUnder, textOf } from '../architecture/imports';

/** One place in our code that writes a status. */
export interface Written {
  readonly file: string;
  readonly status: string;
  /** The stage beside it, where the call names one. */
  readonly stage: string | undefined;
}

type Reader = (call: ts.CallExpression) => ts.Expression | undefined;

const memberOf = (node: ts.Expression | undefined, name: string): ts.Expression | undefined => {
  if (node === undefined || !ts.isObjectLiteralExpression(node)) return undefined;
  for (const property of node.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
};

/** Reads the literal that an expression stands for; of a variable of the same file, all that it may stand for. */
function literalsOf(node: ts.Expression | undefined): string[] {
  if (node === undefined) return [];
  if (ts.isStringLiteral(node)) return [node.text];
  if (!ts.isIdentifier(node)) return [];
  const found: string[] = [];
  const collect = (inner: ts.Node): void => {
    if (ts.isStringLiteral(inner)) found.push(inner.text);
    else ts.forEachChild(inner, collect);
  };
  const visit = (inner: ts.Node): void => {
    if (ts.isVariableDeclaration(inner) && inner.name.getText() === node.text && inner.initializer)
      collect(inner.initializer);
    ts.forEachChild(inner, visit);
  };
  visit(node.getSourceFile());
  return [...new Set(found)];
}

function writtenBy(status: Reader, stage: Reader = () => undefined): Written[] {
  return ['src/books', 'activities'].flatMap(filesUnder).flatMap((file) => {
    const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.ES2023, true);
    const found: Written[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node))
        for (const literal of literalsOf(status(node)))
          found.push({ file, status: literal, stage: literalsOf(stage(node))[0] });
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

const isCallOf = (call: ts.CallExpression, name: string): boolean =>
  ts.isIdentifier(call.expression) && call.expression.text === name;

const setOf =
  (table: string): Reader =>
  (call) =>
    ts.isPropertyAccessExpression(call.expression) &&
    call.expression.name.text === 'set' &&
    call.expression.expression.getText().includes(`updateTable('${table}')`)
      ? memberOf(call.arguments[0], 'status')
      : undefined;

const ofOrder =
  (member: string): Reader =>
  (call) =>
    isCallOf(call, moveOrder.name) ? memberOf(call.arguments[2], member) : undefined;

/** Lists where an order's status is written, each with its stage. */
export const orderWrites = (): Written[] => writtenBy(ofOrder('status'), ofOrder('stage'));

/** Lists where a fulfillment's status is written. */
export const fulfillmentWrites = (): Written[] => [
  ...writtenBy((call) => (isCallOf(call, moveFulfillment.name) ? call.arguments[2] : undefined)),
  ...writtenBy(setOf('fulfillment')),
];

/** Lists where our own steps write a shipment's status: what a scan writes is computed. */
export const shipmentWrites = (): Written[] => writtenBy(setOf('shipment'));
