using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.Authorization;

namespace Kiket.Api.Authentication;

/// <summary>Lets a request pass when its token has the scope that the route needs.</summary>
internal sealed record ScopeRequirement(string Resource, ScopeActions Action) : IAuthorizationRequirement;

internal sealed class ScopeAuthorizationHandler(CurrentActor current) : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.Identity?.IsAuthenticated == true && Scope.Allows(current.Scopes, requirement.Resource, requirement.Action))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

internal static class ScopeRouting
{
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder route, string resource) => route.Needs(resource, ScopeActions.Read);

    public static RouteHandlerBuilder Writes(this RouteHandlerBuilder route, string resource) => route.Needs(resource, ScopeActions.Write);

    private static RouteHandlerBuilder Needs(this RouteHandlerBuilder route, string resource, ScopeActions action) => route
        .WithMetadata(new RequiredScope(resource, action))
        .RequireAuthorization(policy => policy.RequireAuthenticatedUser().AddRequirements(new ScopeRequirement(resource, action)));
}
