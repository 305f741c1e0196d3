import assert from 'node:assert/strict';
import { loadBuiltEditor } from '../../support/built-editor';

/** Texts stand as their key, without the namespace. */
const { definitions } = loadBuiltEditor((key, values) => {
  const name = key.replace('@boardflow/node-red-micropython/micropython:micropython.', '');
  return values ? `${name} ${JSON.stringify(values)}` : name;
});

function label(type: string, properties: object): string {
  return definitions.get(`micropython-${type}`)?.label.call({ name: '', ...properties }) ?? '';
}

function check(type: string, property: string, value: unknown): unknown {
  const definition = definitions.get(`micropython-${type}`)?.defaults[property];
  assert.ok(definition?.validate, `${type}.${property}`);
  // Node-RED drops the reason of a validator that declares less (editor.js, validateNodeProperty).
  assert.equal(definition.validate.length, 2);
  return definition.validate.call({}, value, {});
}

describe('labels of nodes', () => {
  it('are the name, when there is one', () => {
    assert.equal(label('exec', { name: 'blink', code: 'x = 1' }), 'blink');
  });

  it('are the first line of code that says something', () => {
    assert.equal(label('exec', { code: '\n# blinks\n\n  led.on()\nled.off()' }), 'led.on()');
    assert.equal(label('exec', { code: '# nothing yet' }), '# nothing yet');
    assert.equal(label('exec', { code: '' }), 'palette.exec');
    assert.equal(label('exec', { code: undefined }), 'palette.exec');
  });

  it('are the expression or path, and tell where it comes from', () => {
    assert.equal(label('eval', { expression: 'adc.read()', expressionType: 'str' }), 'adc.read()');
    assert.equal(label('eval', { expression: 'code', expressionType: 'msg' }), 'msg.code');
    assert.equal(label('read', { path: '/main.py', pathType: 'str' }), '/main.py');
    assert.equal(label('read', { path: '#:(file)::name', pathType: 'flow' }), 'flow.name');
    assert.equal(label('read', { path: 'LOG', pathType: 'env' }), '${LOG}');
    assert.equal(label('read', { path: '', pathType: 'str' }), 'palette.read');
  });

  it('are short', () => {
    const text = label('eval', { expression: 'x'.repeat(200), expressionType: 'str' });
    assert.ok(text.length <= 26 && text.endsWith('…'), text);
  });

  it('say what a file, sync or control node does', () => {
    assert.equal(label('files', { action: 'remove', path: '/old', pathType: 'str' }), 'remove /old');
    assert.equal(label('files', { action: 'usage', path: '/old', pathType: 'str' }), 'usage');
    assert.equal(label('files', { action: '', path: '', pathType: 'str' }), 'palette.files');
    assert.equal(label('sync', { direction: 'up', local: 'src', localType: 'str', path: '' }), 'src → /');
    assert.equal(
      label('sync', { direction: 'down', local: 'log', localType: 'str', path: '/log', pathType: 'str' }),
      'log ← /log',
    );
    assert.equal(label('control', { action: 'soft-reset' }), 'soft-reset');
    assert.equal(label('device', { address: 'sim:' }), 'sim:');
  });
});

describe('validators of properties', () => {
  it('check the timeout, and take a blank and an environment variable', () => {
    for (const value of ['', '0', '0.5', 30, '30', '${T}', undefined])
      assert.equal(check('exec', 'timeout', value), true, String(value));
    for (const value of ['-1', 'soon', '1s']) assert.equal(check('eval', 'timeout', value), 'problem.timeout', value);
  });

  it('check the arguments: names, then values', () => {
    const row = (name: string) => ({ name, type: 'str', value: '' });
    assert.equal(check('exec', 'args', [row('a'), row('b')]), true);
    assert.equal(check('exec', 'args', undefined), true);
    assert.match(String(check('exec', 'args', [row('a'), row('')])), /^problem.name-blank/);
    assert.match(String(check('eval', 'args', [row('a'), row('a')])), /^problem.name-twice .*"a"/);
    assert.match(String(check('eval', 'args', [row('1')])), /^problem.name-form/);
  });

  it('check the settings of the device', () => {
    assert.equal(check('device', 'address', 'id:123'), true);
    assert.equal(check('device', 'address', '${DEVICE}'), true);
    assert.equal(check('device', 'address', 'tcp://host'), 'address.problem.port');
    for (const value of [115200, '9600', '', '${BAUD}', undefined])
      assert.equal(check('device', 'baudRate', value), true);
    for (const value of ['0', '-9600', '9600.5', 'fast'])
      assert.match(String(check('device', 'baudRate', value)), /whole-number/);
    assert.match(String(check('device', 'queueLimit', '0')), /whole-number/);
  });

  it('take a blank path: the message has it', () => {
    assert.equal(check('read', 'path', ''), true);
    assert.equal(check('read', 'path', undefined), true);
    assert.equal(check('read', 'path', '/main.py'), true);
  });
});
