using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.Authorization;

namespace Kiket.Api.Authentication;

/// <summary>Lets a request pass when its token has the scope that the route needs.</summary>
/// <param name="IsOwn">Whether the route is an extension's own, for which it needs no scope.</param>
internal sealed record ScopeRequirement(string Resource, ScopeActions Action, bool IsOwn = false) : IAuthorizationRequirement;

internal sealed class ScopeAuthorizationHandler(CurrentActor current) : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        var isOwner = requirement.IsOwn && current.Extension is not null;
        if (
            context.User.Identity?.IsAuthenticated == true
            && (isOwner || current.Allows(requirement.Resource, requirement.Action))
        )
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>Declares the scopes that a route requires; if there are several, it requires them all.</summary>
internal static class ScopeRouting
{
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder route, string resource) =>
        route.Needs(resource, ScopeActions.Read);

    public static RouteHandlerBuilder Writes(this RouteHandlerBuilder route, string resource) =>
        route.Needs(resource, ScopeActions.Write);

    /// <summary>For users with the scope, and for an extension about itself.</summary>
    public static RouteHandlerBuilder ReadsOwn(this RouteHandlerBuilder route, string resource) =>
        route.Needs(resource, ScopeActions.Read, isOwn: true);

    /// <summary>For users with the scope, and for an extension about itself.</summary>
    public static RouteHandlerBuilder WritesOwn(this RouteHandlerBuilder route, string resource) =>
        route.Needs(resource, ScopeActions.Write, isOwn: true);

    /// <summary>For callers that may trigger actions.</summary>
    public static RouteHandlerBuilder Executes(this RouteHandlerBuilder route, string resource) =>
        route.Needs(resource, ScopeActions.Execute);

    private static RouteHandlerBuilder Needs(
        this RouteHandlerBuilder route,
        string resource,
        ScopeActions action,
        bool isOwn = false
    ) =>
        route
            .WithMetadata(new RequiredScope(resource, action))
            .RequireAuthorization(policy =>
                policy.RequireAuthenticatedUser().AddRequirements(new ScopeRequirement(resource, action, isOwn))
            );
}
