import { useActions } from '../store/context.tsx';

/** Chooses picture files; they become own pictures. */
export function AddPictures() {
  const actions = useActions();
  return (
    <label className="file">
      <input
        type="file"
        accept="image/png,image/jpeg,image/webp"
        multiple
        onChange={(event) => {
          void actions.addOwnPictures([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <span>Add own pictures …</span>
    </label>
  );
}
