/**
 * The drawing styles and how each of them spells a name.
 *
 * A "style" is one Iconify package. Four of the training styles and the test
 * style share Unicode's short names; fxemoji and streamline-emojis spell theirs
 * differently, so each has a map of the spellings that were checked by eye.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The style that is only ever tested on: never trained, tuned or selected on. */
export const TEST_STYLE = 'fluent-emoji-flat';
export const TRAIN_STYLES = [
  'noto',
  'noto-v1',
  'twemoji',
  'emojione',
  'fxemoji',
  'streamline-emojis',
];

/** fxemoji: names whose spelling is not the common one without its hyphens. */
const FX = {
  'bullet-train': 'highspeedtrainbulletnose',
  camel: 'dromedarycamel',
  castle: 'europeancastle',
  cat: 'catside',
  'cloud-with-rain': 'raincloud',
  'computer-mouse': 'twobuttonmouse',
  'control-knobs': 'controlknob',
  crayon: 'lowerleftcrayon',
  dagger: 'daggerknife',
  dog: 'dogside',
  dove: 'doveofpeace',
  dragon: 'dragonside',
  'ear-of-corn': 'earofmaize',
  eggplant: 'aubergine',
  'evergreen-tree': 'evergreen',
  'fish-cake-with-swirl': 'fishcakeswirl',
  'fishing-pole': 'fishingpoleandfish',
  flashlight: 'electrictorch',
  'floppy-disk': 'floppydisk2',
  'fountain-pen': 'lowerleftfountainpen',
  'framed-picture': 'framewithpicture',
  'gem-stone': 'gem',
  'globe-showing-americas': 'americasglobe',
  hamster: 'hampster',
  'high-heeled-shoe': 'heels',
  'hot-pepper': 'chilipepper',
  'hourglass-done': 'hourglass',
  house: 'housebuilding',
  'kitchen-knife': 'hocho',
  laptop: 'personalcomputer',
  leopard: 'leopardside',
  locked: 'lock',
  locomotive: 'steamlocomotive',
  'magnifying-glass-tilted-left': 'leftmagnifyingglass',
  'mans-shoe': 'mensshoe',
  moai: 'moyai',
  'mobile-phone': 'cellphone',
  mouse: 'mouseside',
  necktie: 'tie',
  'open-mailbox-with-raised-flag': 'openmailboxraised',
  paintbrush: 'lowerleftpaintbrush',
  panda: 'pandaface',
  pig: 'pigside',
  pizza: 'sliceofpizza',
  'police-car-light': 'policecarsrevolvinglight',
  'pool-8-ball': 'billiards',
  rabbit: 'bunnyside',
  'racing-car': 'racecar',
  'red-paper-lantern': 'izakayalantern',
  'reminder-ribbon': 'reminder',
  ribbon: 'bow',
  'running-shoe': 'mensrunner',
  sake: 'sakebottleandcup',
  scissors: 'blackscissors',
  'sheaf-of-rice': 'earofrice',
  skis: 'skiandskiboot',
  snowman: 'snowmanwithoutsnow',
  sparkler: 'fireworksparkler',
  'spouting-whale': 'spurtingwhale',
  'studio-microphone': 'studiomic',
  't-shirt': 'mansshirt',
  telephone: 'blacktelephone',
  tennis: 'tennisball',
  tiger: 'tigerside',
  'tokyo-tower': 'toykotower',
  'two-hump-camel': 'bactriancamel',
  'video-camera': 'handheldvideocamera',
  videocassette: 'videocasette',
  'water-wave': 'wave',
  wolf: 'wolfface',
  'womans-boot': 'boot',
  'womans-sandal': 'sandals',
  'wrapped-gift': 'present',
};

/** streamline-emojis: the base spelling (its numbered drawings are all taken). */
const STREAMLINE = {
  bear: 'bear-face',
  fox: 'fox-face',
  frog: 'frog-face',
  'game-die': 'game-dice',
  hamster: 'hamster-face',
  lion: 'lion-face',
  panda: 'panda-face',
  unicorn: 'unicorn-face',
  'wine-glass': 'red-wine-glass',
  wolf: 'wolf-face',
  backpack: 'school-backpack',
};

/** Drawings that show something else than their name says. */
const MISNAMED = {
  fxemoji: ['keyboard', 'gamedie', 'sunglasses', 'personalcomputer', 'desktopcomputer'],
  'streamline-emojis': ['headphone', 'turkey', 'glasses-1', 'glasses-2', 'sunflower-2'],
};

/** Reads one package: its drawings, and what must be said about its origin. */
export function openStyle(style) {
  const set = require(`@iconify-json/${style}/icons.json`);
  const info = require(`@iconify-json/${style}/info.json`);
  const { version } = require(`@iconify-json/${style}/package.json`);
  return { style, set, info, version };
}

/** Follows aliases that draw the same thing; a turned or mirrored alias is another drawing. */
function drawing(set, key) {
  for (let hops = 0; hops < 5; hops++) {
    const icon = set.icons[key];
    if (icon)
      return {
        key,
        body: icon.body,
        width: icon.width ?? set.width ?? 16,
        height: icon.height ?? set.height ?? 16,
      };
    const alias = set.aliases?.[key];
    if (!alias || alias.rotate || alias.hFlip || alias.vFlip) return undefined;
    key = alias.parent;
  }
  return undefined;
}

/** All drawings of a name in a style: none, one, or (streamline) several. */
export function drawingsOf({ style, set }, name) {
  let keys = [name];
  if (style === 'fxemoji') keys = [FX[name] ?? name.replaceAll('-', '')];
  if (style === 'streamline-emojis') {
    const base = STREAMLINE[name] ?? name;
    keys = [base, `${base}-1`, `${base}-2`, `${base}-3`];
  }
  keys = keys.filter((key) => !MISNAMED[style]?.includes(key));
  return keys.map((key) => drawing(set, key)).filter((found) => found !== undefined);
}

/** One entry for the credits. */
export function sourceOf({ style, info, version }) {
  return {
    package: `@iconify-json/${style}`,
    version,
    author: info.author.name,
    license: info.license.spdx,
    url: info.author.url,
    license_url: info.license.url,
  };
}
