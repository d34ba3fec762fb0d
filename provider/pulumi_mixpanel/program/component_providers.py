"""The explicit provider of a resource inside a component, by whichever name the component has it.

The engine knows these resources as the package `pulumi-python`, so a component's
`providers={"mixpanel": …}` reaches none of them by itself. Pulumi hands a map of providers down
from parent to child, merged; which parent named what is found out here, for the nearest counts.
"""

import copy
import gc
from collections.abc import Iterator, Mapping, Sequence

import pulumi

_PACKAGE = "pulumi-python"
_OUR_NAMES = ("mixpanel", "pulumi_mixpanel")
_PARENT = "_mixpanel_parent"
"""The attribute in which a component's parent is kept, once it was found."""

Providers = Mapping[str, pulumi.ProviderResource]


def with_component_provider(
    opts: pulumi.ResourceOptions | None, ours: type[pulumi.ProviderResource]
) -> pulumi.ResourceOptions | None:
    """Return a resource's options with the provider that its nearest parent names for it.

    The resource's own `provider=` counts first, then its own `providers=`, then its parents, the
    nearest first. On one level `pulumi-python` counts before `mixpanel` and `pulumi_mixpanel`.

    Args:
        opts: The options as the user gave them; they are not changed.
        ours: The class of provider that `mixpanel` and `pulumi_mixpanel` stand for; any other
            provider of these names belongs to another package.
    """
    if opts is None or (opts.provider is not None and opts.provider.package == _PACKAGE):
        return opts
    own = _by_name(opts.providers)
    ours_of_own = [name for name in _OUR_NAMES if isinstance(own.get(name), ours)]
    inherited = _providers_of(opts.parent)
    if not ours_of_own and not any(isinstance(inherited.get(one), ours) for one in _OUR_NAMES):
        return opts
    chosen = copy.copy(opts)
    # Without these names, of which Pulumi would say that they disagree with the package's.
    rest = {name: one for name, one in own.items() if name not in ours_of_own}
    chosen.providers = rest or None
    if _PACKAGE not in own:
        levels = [own, *_levels(opts.parent)]
        found = next(one for level in levels if (one := _named(level, ours)) is not None)
        if opts.provider is None:
            chosen.provider = found
        else:
            chosen.providers = {**rest, _PACKAGE: found}
    return chosen


def effective_provider(opts: pulumi.ResourceOptions | None) -> pulumi.ProviderResource | None:
    """Return the explicit provider that Pulumi will use by these options; None for the default."""
    if opts is None:
        return None
    if opts.provider is not None and opts.provider.package == _PACKAGE:
        return opts.provider
    return {**_providers_of(opts.parent), **_by_name(opts.providers)}.get(_PACKAGE)


def _by_name(
    providers: Providers | Sequence[pulumi.ProviderResource] | None,
) -> dict[str, pulumi.ProviderResource]:
    if isinstance(providers, Mapping):
        return dict(providers)
    return {one.package: one for one in providers or ()}


def _named(level: Providers, ours: type[pulumi.ProviderResource]) -> pulumi.ProviderResource | None:
    """Return the provider that one parent names for these resources."""
    if _PACKAGE in level:
        return level[_PACKAGE]
    return next((level[name] for name in _OUR_NAMES if isinstance(level.get(name), ours)), None)


def _levels(parent: pulumi.Resource | None) -> Iterator[Providers]:
    """Yield what each parent names itself, the nearest first."""
    while parent is not None:
        merged = _providers_of(parent)
        if len([name for name in (_PACKAGE, *_OUR_NAMES) if name in merged]) == 1:
            yield merged
            return
        above = _parent_of(parent)
        outer = _providers_of(above)
        yield {name: one for name, one in merged.items() if outer.get(name) is not one}
        parent = above


def _providers_of(resource: object) -> Providers:
    found: Providers = getattr(resource, "_providers", {})
    return found


def _parent_of(resource: pulumi.Resource) -> pulumi.Resource | None:
    """Return a resource's parent.

    Pulumi keeps the children of a resource and not its parent, so it is looked for among all
    resources, once for each component.
    """
    if _PARENT not in vars(resource):
        everything = gc.get_objects()
        resources = (one for one in everything if issubclass(type(one), pulumi.Resource))
        holding = (one for one in resources if resource in vars(one).get("_childResources", ()))
        vars(resource)[_PARENT] = next(holding, None)
    found: pulumi.Resource | None = vars(resource)[_PARENT]
    return found
